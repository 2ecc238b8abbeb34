package live

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// ring holds the newest events of one stream for all who follow it. It is safe
// for concurrent use.
type ring struct {
	maxItems, maxBytes int

	mu    sync.Mutex
	items []*Item
	bytes int
	// floor is the sequence above which every event of the stream up to head is
	// in items.
	floor, head uint64
	generation  int
	grown       chan struct{} // closed, and replaced, when anything changes
}

func newRing(maxItems, maxBytes int) *ring {
	return &ring{maxItems: maxItems, maxBytes: maxBytes, grown: make(chan struct{})}
}

// reset empties the ring and places it at a sequence, of which the ones before
// know nothing.
func (r *ring) reset(head uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.items, r.bytes, r.floor, r.head = nil, 0, head, head
	r.generation++
	r.wake()
}

// append adds the stream's next event. A nil item is a message that holds no
// event: the head moves past it.
func (r *ring) append(sequence uint64, i *Item) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.head = sequence
	if i != nil {
		r.items, r.bytes = append(r.items, i), r.bytes+i.size()
	}
	for len(r.items) > r.maxItems || r.bytes > r.maxBytes {
		r.evict()
	}
	r.wake()
}

// evict drops the oldest event.
func (r *ring) evict() {
	oldest := r.items[0]
	r.items[0] = nil
	r.items, r.bytes, r.floor = r.items[1:], r.bytes-oldest.size(), oldest.Sequence
}

func (r *ring) wake() {
	close(r.grown)
	r.grown = make(chan struct{})
}

// viewItems is the greatest number of events in a view.
const viewItems = 16

// view is what a ring holds beyond a sequence.
type view struct {
	items []*Item // the oldest first, and not all where there are many
	// next is the sequence to look beyond after items.
	next uint64
	head uint64
	// covered says that nothing is missing between the sequence and head.
	covered    bool
	generation int             // 0 before the stream was found
	grown      <-chan struct{} // closed when the ring is no longer as it was
}

func (r *ring) after(sequence uint64) view {
	r.mu.Lock()
	defer r.mu.Unlock()
	first, _ := slices.BinarySearchFunc(r.items, sequence+1, func(i *Item, s uint64) int {
		return cmp.Compare(i.Sequence, s)
	})
	last := min(len(r.items), first+viewItems)
	v := view{
		items: slices.Clone(r.items[first:last]), next: max(sequence, r.head), head: r.head,
		covered: sequence >= r.floor, generation: r.generation, grown: r.grown,
	}
	if last < len(r.items) {
		v.next = r.items[last-1].Sequence
	}
	return v
}

// behind says how many messages lie between a sequence and the head, and when
// the stream took the oldest of them; the zero time where that is not known.
// Nothing is known before the stream was found.
func (r *ring) behind(sequence uint64) (messages uint64, since time.Time, known bool) {
	v := r.after(sequence)
	if v.covered && len(v.items) > 0 {
		since = v.items[0].Recorded
	}
	return v.head - min(sequence, v.head), since, v.generation > 0
}
