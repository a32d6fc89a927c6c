package aws

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/rscheck/rscheck/checks/facts"
)

// regionsAtOnce bounds how many regions are in memory at a time, and
// accountsAtOnce how many accounts are being entered.
const (
	regionsAtOnce  = 16
	accountsAtOnce = 8
)

// Observe finds the targets and emits each with its facts, one at a time, in no
// certain order. What several targets share is shared in memory too and must not
// be changed. It returns what kept targets from being found: "regions.REGION" for
// a region whose list is not complete, "regions.all" where it is not known which
// regions there are, "targets.NAME" for a cluster or workgroup asked for by name
// that was found nowhere, "accounts.ID" for an account that could not be entered.
// Where Options name accounts, a region's path begins with its account's. The
// error is emit's, or that ctx was cancelled; a deadline only leaves facts unknown.
func (a *Account) Observe(ctx context.Context, emit func(facts.Target) error) ([]facts.Unknown, error) {
	visits := a.visits(ctx)
	group, inner := errgroup.WithContext(ctx)
	s := &search{account: a, emit: emit, found: map[wish]bool{}, regions: newSlots(regionsAtOnce)}
	group.SetLimit(accountsAtOnce)
	results := make([][]sighting, len(visits))
	for i, v := range visits {
		group.Go(func() (err error) {
			results[i], err = s.visit(inner, v)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if ctx.Err() == context.Canceled {
		return nil, ctx.Err()
	}
	sightings := slices.Concat(results...)
	a.withoutServerless = nil
	for _, s := range sightings {
		if s.withoutServerless {
			a.withoutServerless = append(a.withoutServerless, s.region)
		}
	}
	return a.unfound(sightings, s.found), nil
}

// search is one observation.
type search struct {
	account *Account
	regions slots

	mu    sync.Mutex // holds back all emits but one
	emit  func(facts.Target) error
	found map[wish]bool
}

// wish is a target that is asked for by name. Names are the same in any case.
type wish struct {
	kind facts.Kind
	name string
}

func wishFor(kind facts.Kind, name string) wish { return wish{kind, strings.ToLower(name)} }

func (o *Options) wishes() []wish {
	var list []wish
	for _, name := range o.Clusters {
		list = append(list, wishFor(facts.ProvisionedCluster, name))
	}
	for _, name := range o.Workgroups {
		list = append(list, wishFor(facts.Workgroup, name))
	}
	return list
}

// sighting is what the search in a region met with, or in an account where it came
// to no region.
type sighting struct {
	path   string // of what is unknown of it
	region string // empty where it came to none
	// lacks are why the lists of all targets are not complete.
	lacks []*lack
	// names has each target asked for that the region did not yield: nil where
	// AWS says that there is none.
	names map[wish]*lack
	// withoutServerless: Redshift Serverless is not offered in the region.
	withoutServerless bool
}

// barred is the sighting of what could not be looked into at all.
func (o *Options) barred(path string, l *lack) sighting {
	s := sighting{path: path, lacks: []*lack{l}, names: map[wish]*lack{}}
	for _, w := range o.wishes() {
		s.names[w] = l
	}
	return s
}

// visit looks into an account, several regions at once.
func (s *search) visit(ctx context.Context, v visit) ([]sighting, error) {
	prefix := ""
	if v.id != "" {
		prefix = "accounts." + v.id + "."
	}
	session, l := s.account.enter(ctx, v)
	if l != nil {
		return []sighting{s.account.options.barred("accounts."+v.id, l)}, nil
	}
	regions, l := session.regions(ctx)
	if l != nil {
		return []sighting{s.account.options.barred(prefix+"regions."+AllRegions, l)}, nil
	}
	group, ctx := errgroup.WithContext(ctx)
	results := make([]sighting, len(regions))
	for i, name := range regions {
		group.Go(func() (err error) {
			// Beyond the deadline a region still says that it was not asked.
			s.regions.enter(context.WithoutCancel(ctx))
			defer s.regions.leave()
			results[i], err = session.region(name).observe(ctx, func(t facts.Target) error { return s.tell(ctx, t) })
			results[i].path = prefix + "regions." + name
			return err
		})
	}
	return results, group.Wait()
}

// tell emits a target.
func (s *search) tell(ctx context.Context, t facts.Target) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err == context.Canceled {
		return err
	}
	s.found[wishFor(t.Kind, t.Name)] = true
	return s.emit(t)
}

// unfound says what is not known of regions, accounts and targets asked for. A
// region that failed is of no interest by itself when targets are asked for by
// name, unless it may hold another one of a name that was found elsewhere. An
// account that could not be entered always is.
func (a *Account) unfound(results []sighting, found map[wish]bool) []facts.Unknown {
	var unknown []facts.Unknown
	wishes := a.options.wishes()
	for _, s := range results {
		lacks := slices.DeleteFunc(slices.Clone(s.lacks), func(l *lack) bool { return l == nil })
		for _, w := range wishes {
			if l := s.names[w]; l != nil && found[w] {
				lacks = append(lacks, l)
			}
		}
		for i, l := range lacks {
			// What is the region's trouble is told once, not once for each call.
			told := slices.ContainsFunc(lacks[:i], func(former *lack) bool { return *former == *l || former.whole && l.whole })
			if !told {
				unknown = append(unknown, l.unknown(s.path))
			}
		}
	}
	for _, w := range wishes {
		if found[w] {
			continue
		}
		l := &lack{reason: facts.Failed, detail: fmt.Sprintf(
			"no %s %s in %s: it may have another name (--all finds all there are) or be elsewhere (--region, --profile)",
			w.kind, w.name, where(results),
		)}
		if i := slices.IndexFunc(results, func(s sighting) bool { return s.names[w] != nil }); i >= 0 {
			l = results[i].names[w]
		}
		unknown = append(unknown, l.unknown("targets."+w.name))
	}
	return unknown
}

// where tells where was looked, in some words.
func where(results []sighting) string {
	var regions []string
	for _, s := range results {
		regions = append(regions, s.region)
	}
	if regions = distinct(regions); len(regions) > 4 {
		return fmt.Sprintf("any of %d regions", len(regions))
	}
	return joined(regions)
}

func joined(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
