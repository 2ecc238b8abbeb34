package tablelist

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
)

// MaxLists is the number of lists that a deployment keeps.
const MaxLists = 1000

// ErrTooManyLists refuses a list beyond MaxLists.
var ErrTooManyLists = errors.New("too many lists")

var name = regexp.MustCompile(`^[\p{L}\p{N}_][\p{L}\p{N}_. -]*$`)

// ValidName says whether a list may have a name: letters, digits, "_", ".",
// "-" and spaces, at most 255 bytes, and neither a path nor hidden.
func ValidName(s string) bool {
	return len(s) <= 255 && name.MatchString(s) && !strings.HasSuffix(s, " ") && !strings.HasSuffix(s, ".")
}

// List is a list as it is kept.
type List struct {
	Name       string
	Bytes      int64
	Tables     int
	UploadedAt time.Time
}

// Store keeps the lists in the broker's object store. Its methods are safe for
// concurrent use; their errors are those of package broker and of this one.
type Store struct{ broker *broker.Broker }

// NewStore makes a store.
func NewStore(b *broker.Broker) Store { return Store{b} }

const metaTables = "tables"

// Put keeps a list under a valid name, in place of an earlier one of that name.
func (s Store) Put(ctx context.Context, name, text string) (List, error) {
	entries, err := Parse(text)
	if err != nil {
		return List{}, err
	}
	store, err := s.open(ctx)
	if err != nil {
		return List{}, err
	}
	if err := s.room(ctx, name); err != nil {
		return List{}, err
	}
	info, err := store.Put(ctx, jetstream.ObjectMeta{
		Name: name, Metadata: map[string]string{metaTables: strconv.Itoa(len(entries))},
	}, strings.NewReader(text))
	if err != nil {
		return List{}, fmt.Errorf("keep table list %q: %w", name, broker.Translate(err))
	}
	return list(info), nil
}

// room refuses a new name when the store is full.
func (s Store) room(ctx context.Context, name string) error {
	all, err := s.All(ctx)
	if err != nil {
		return err
	}
	if len(all) >= MaxLists && !slices.ContainsFunc(all, func(l List) bool { return l.Name == name }) {
		return ErrTooManyLists
	}
	return nil
}

// Entries returns what a list names; broker.ErrNotFound where there is no such
// list.
func (s Store) Entries(ctx context.Context, name string) ([]string, error) {
	store, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	text, err := store.GetString(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("read table list %q: %w", name, broker.Translate(err))
	}
	return Parse(text)
}

// All returns the lists by name.
func (s Store) All(ctx context.Context) ([]List, error) {
	store, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	infos, err := store.List(ctx)
	if err != nil && !errors.Is(err, jetstream.ErrNoObjectsFound) {
		return nil, fmt.Errorf("list the table lists: %w", broker.Translate(err))
	}
	lists := make([]List, 0, len(infos))
	for _, info := range infos {
		lists = append(lists, list(info))
	}
	slices.SortFunc(lists, func(a, b List) int { return cmp.Compare(a.Name, b.Name) })
	return lists, nil
}

func (s Store) open(ctx context.Context) (jetstream.ObjectStore, error) {
	store, err := s.broker.JS().ObjectStore(ctx, events.StoreTableLists)
	if err != nil {
		return nil, fmt.Errorf("open the table lists: %w", broker.Translate(err))
	}
	return store, nil
}

func list(info *jetstream.ObjectInfo) List {
	n, _ := strconv.Atoi(info.Metadata[metaTables]) // 0 where somebody else put it
	return List{Name: info.Name, Bytes: int64(info.Size), Tables: n, UploadedAt: info.ModTime}
}
