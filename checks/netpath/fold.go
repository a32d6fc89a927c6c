package netpath

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// finding is what one stage says of one piece of the source at one place.
type finding struct {
	verdict Verdict
	by      By
	detail  string
	missing []facts.Unknown
	remedy  Remedy
}

func allow(kind, id, format string, args ...any) finding {
	return finding{verdict: Allow, by: By{kind, id}, detail: fmt.Sprintf(format, args...)}
}

func deny(remedy Remedy, kind, id, format string, args ...any) finding {
	return finding{verdict: Deny, by: By{kind, id}, detail: fmt.Sprintf(format, args...), remedy: remedy}
}

func unknown(missing []facts.Unknown, kind, id, format string, args ...any) finding {
	return finding{verdict: Unknown, by: By{kind, id}, detail: fmt.Sprintf(format, args...), missing: missing}
}

func (f finding) hop(stage Stage) Hop {
	return Hop{Stage: stage, Verdict: f.verdict, By: f.by, Detail: f.detail, Missing: f.missing, Remedy: f.remedy}
}

// findings has one finding for each of Stages.
type findings [11]finding

// fold is the verdict of a path made of these hops.
func (fs *findings) fold() Verdict {
	verdict := Reachable
	for _, f := range fs {
		switch f.verdict {
		case Deny:
			return Blocked
		case Unknown:
			verdict = Unknown
		}
	}
	return verdict
}

// walk decides every stage for a piece of a source that no rule cuts in two.
func (e *estate) walk(piece netip.Prefix) (Verdict, findings) {
	places := e.where.places
	source := sourceFinding(piece)
	if len(places) == 1 {
		fs := e.walkTo(&places[0], piece, source)
		return fs.fold(), fs
	}
	at := make([]findings, len(places))
	verdicts := make([]Verdict, len(places))
	for i := range places {
		at[i] = e.walkTo(&places[i], piece, source)
		verdicts[i] = at[i].fold()
	}
	var merged findings
	column := make([]finding, len(places))
	for stage := range merged {
		for i := range at {
			column[i] = at[i][stage]
		}
		if e.where.exact {
			merged[stage] = everyPlace(places, column)
		} else {
			merged[stage] = somePlace(places, column, e.where.missing)
		}
	}
	if e.where.exact {
		return worst(verdicts), merged
	}
	verdict := unanimous(verdicts)
	if endpoint := slices.Index(Stages, Endpoint); verdict == Blocked && merged.fold() != Blocked {
		// The endpoint itself is in order, so it does not deny; but this is where a
		// reader learns why a path is blocked of which no single hop is certain.
		merged[endpoint].detail += "; wherever it is, the path is blocked: " + blockedAt(places, at)
	}
	return verdict, merged
}

// walkTo decides every stage for a piece and one place of the endpoint.
func (e *estate) walkTo(p *place, piece netip.Prefix, source finding) findings {
	back := e.returnRoute(p, piece)
	return findings{
		source, e.flag, p.endpoint, p.publicAddress, p.blockPublicAccess,
		e.internetGateway(back), e.gatewayRouteTable(p, back), back,
		p.acl.inbound(piece, e.port), p.groups.admit(piece, e.port), p.acl.outbound(piece),
	}
}

// everyPlace merges what a stage says of places that all carry the endpoint: a
// client may be led to any of them, so the worst counts.
func everyPlace(places []place, column []finding) finding {
	of := func(v Verdict) (at []int) {
		for i, f := range column {
			if f.verdict == v {
				at = append(at, i)
			}
		}
		return at
	}
	for _, verdict := range []Verdict{Deny, Unknown} {
		at := of(verdict)
		if len(at) == 0 {
			continue
		}
		f := column[at[0]]
		if len(at) < len(column) {
			f.detail = fmt.Sprintf("%s (at %s; clients may be led to any of %d interfaces)", f.detail, namesAt(places, at), len(places))
		}
		if verdict == Unknown {
			f.missing = missingOf(column)
		}
		return f
	}
	return column[0]
}

// somePlace merges what a stage says of places of which one, nobody knows which,
// carries the endpoint: certain is what all of them say.
func somePlace(places []place, column []finding, whereabouts []facts.Unknown) finding {
	first := column[0]
	if !slices.ContainsFunc(column, func(f finding) bool { return f.verdict != first.verdict }) {
		first.missing = missingOf(column)
		return first
	}
	var parts []string
	for i, f := range column {
		parts = append(parts, fmt.Sprintf("%s: %s", places[i].name(), f.detail))
	}
	missing := mergeUnknowns(whereabouts, missingOf(column))
	return unknown(missing, "", "", "depends on where the cluster is: %s", strings.Join(parts, "; "))
}

func namesAt(places []place, at []int) string {
	var names []string
	for _, i := range at {
		names = append(names, places[i].name())
	}
	return strings.Join(names, ", ")
}

// blockedAt names for each place a hop that denies.
func blockedAt(places []place, at []findings) string {
	var parts []string
	for i := range at {
		for _, f := range at[i] {
			if f.verdict == Deny {
				parts = append(parts, fmt.Sprintf("%s: %s", places[i].name(), f.detail))
				break
			}
		}
	}
	return strings.Join(parts, "; ")
}

// mergePieces puts the findings for the pieces of a source together: the worst
// verdict, the words of the first piece that has it, and which part it concerns.
func mergePieces(source netip.Prefix, pieces []netip.Prefix, column []finding) finding {
	if len(pieces) == 1 {
		return column[0]
	}
	verdicts := make([]Verdict, len(column))
	for i, f := range column {
		verdicts[i] = f.verdict
	}
	verdict := worst(verdicts)
	first := column[slices.Index(verdicts, verdict)]
	var part []netip.Prefix
	for i, f := range column {
		if f.verdict == verdict {
			part = append(part, pieces[i])
		}
		if verdict == Deny && f.verdict == Deny {
			first.remedy.RuleNumber = min(first.remedy.RuleNumber, f.remedy.RuleNumber)
		}
	}
	if verdict == Unknown {
		first.missing = missingOf(column)
	}
	if len(part) == len(pieces) {
		if slices.ContainsFunc(column, func(f finding) bool { return f.detail != first.detail }) {
			first.detail += fmt.Sprintf("; the rest of %s fares alike", source)
		}
		return first
	}
	word := "shut out"
	if verdict == Unknown {
		word = "undecided"
	}
	first.detail = fmt.Sprintf("%s (%d of %d addresses %s: %s)",
		first.detail, countIPv4(part), countIPv4([]netip.Prefix{source}), word, listPrefixes(joinPrefixes(part)))
	return first
}

// worst is the verdict of a whole of which every part counts.
func worst(verdicts []Verdict) Verdict {
	for _, verdict := range []Verdict{Blocked, Deny, Unknown} {
		if slices.Contains(verdicts, verdict) {
			return verdict
		}
	}
	return verdicts[0]
}

// unanimous is the verdict that all give, or Unknown.
func unanimous(verdicts []Verdict) Verdict {
	for _, v := range verdicts {
		if v != verdicts[0] {
			return Unknown
		}
	}
	return verdicts[0]
}

// missingOf collects what the unknown findings lack.
func missingOf(column []finding) []facts.Unknown {
	var all []facts.Unknown
	for _, f := range column {
		if f.verdict == Unknown {
			all = mergeUnknowns(all, f.missing)
		}
	}
	return all
}

// mergeUnknowns returns the Unknowns of both, each once. It changes neither.
func mergeUnknowns(a, b []facts.Unknown) []facts.Unknown {
	if len(a) == 0 {
		return b
	}
	merged := slices.Clip(a)
	for _, u := range b {
		if !slices.Contains(merged, u) {
			merged = append(merged, u)
		}
	}
	return merged
}

// inconsistent and unsupported are the Missing of a hop that no permission cures.
func inconsistent(path, format string, args ...any) []facts.Unknown {
	return []facts.Unknown{{Path: path, Reason: facts.Inconsistent, Detail: fmt.Sprintf(format, args...)}}
}

func unsupported(path, format string, args ...any) []facts.Unknown {
	return []facts.Unknown{{Path: path, Reason: facts.Unsupported, Detail: fmt.Sprintf(format, args...)}}
}
