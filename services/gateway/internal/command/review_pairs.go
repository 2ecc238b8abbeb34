package command

import (
	"context"
	"fmt"
	"slices"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/pairlist"
)

// Review decides about several pairs at once, all or none of them.
type Review struct {
	Actor string
	// IDs are at most broker.MaxPairBatch.
	IDs      []string
	Decision string
	Note     *string
	// Version is as in PairPatch, for all of them.
	Version uint64
}

// ReviewPairs returns the pairs as they are then, and how many of them changed.
// Errors: apierr.TaskNotFound, PairNotFound, PairChanged, TooManyPairs; their
// details name the pairs.
func (c *Commands) ReviewPairs(ctx context.Context, id string, r Review) ([]pairlist.Entry, int, error) {
	n := 0
	list, _, err := c.changePairs(ctx, id, func(l pairlist.List) ([]events.Data, error) {
		all, err := r.decide(l, id)
		n = len(all)
		return all, err
	})
	if err != nil {
		return nil, 0, err
	}
	entries := make([]pairlist.Entry, len(r.IDs))
	byID := list.ByID()
	for i, pairID := range r.IDs {
		entries[i] = byID[pairID]
	}
	return entries, n, nil
}

func (r Review) decide(l pairlist.List, id string) ([]events.Data, error) {
	var all []events.Data
	var faults []apierr.Detail
	fresh := 0
	entries := l.ByID()
	for i, pairID := range r.IDs {
		if slices.Contains(r.IDs[:i], pairID) {
			continue
		}
		at := fmt.Sprintf("/pair_ids/%d", i)
		e, ok := entries[pairID]
		change := changeOf(id, e, r.Actor, r.Note)
		switch {
		case !ok:
			faults = append(faults, apierr.Detail{Pointer: at, Type: apierr.PairNotFound, Params: []any{pairID}})
		case e.Decision == r.Decision && e.Note == change.Note:
		case e.Version > r.Version:
			faults = append(faults, apierr.Detail{Pointer: at, Type: apierr.PairChanged, Params: []any{pairID, e.Version}})
		default:
			fresh += touched(e)
			all = append(all, &events.PairReviewed{PairChange: change, Decision: r.Decision})
		}
	}
	if len(faults) > 0 {
		return nil, &apierr.Error{Type: faults[0].Type, Params: faults[0].Params, Details: faults}
	}
	return all, room(l, fresh)
}
