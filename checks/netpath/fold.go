package netpath

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// finding is what one stage says of one piece of the source at one place, or of
// what was merged.
type finding struct {
	verdict Verdict
	by      By
	detail  string
	missing []facts.Unknown
	remedy  Remedy
	// causes are told where there is more than the one that by, detail and remedy
	// make; detail then tells of all, and by and remedy are those of the first.
	causes []Cause
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

// because is a finding of several causes, at least one.
func because(verdict Verdict, missing []facts.Unknown, causes []Cause) finding {
	f := finding{verdict: verdict, by: causes[0].By, remedy: causes[0].Remedy, missing: missing, causes: causes}
	for i, c := range causes {
		if i > 0 {
			f.detail += "; "
		}
		f.detail += c.Detail
	}
	return f
}

// why are the causes of a finding.
func (f finding) why() []Cause {
	if f.causes != nil {
		return f.causes
	}
	return []Cause{{By: f.by, Detail: f.detail, Remedy: f.remedy}}
}

func (f finding) hop(stage Stage) Hop {
	h := Hop{Stage: stage, Verdict: f.verdict, By: f.by, Detail: f.detail, Missing: f.missing}
	if f.verdict == Deny || f.verdict == Unknown {
		h.Causes = f.why()
	}
	return h
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
		e.internetGateway(back), e.gatewayRouteTable(p, piece, back), back,
		p.acl.inbound(piece, e.port), p.groups.admit(piece, e.port), p.acl.outbound(piece),
	}
}

// everyPlace merges what a stage says of places that all carry the endpoint: a
// client may be led to any of them, so the worst counts.
func everyPlace(places []place, column []finding) finding {
	for _, verdict := range []Verdict{Deny, Unknown} {
		if slices.ContainsFunc(column, func(f finding) bool { return f.verdict == verdict }) {
			causes := atPlaces(places, column, verdict, "at %s, of %d that clients may be led to")
			if verdict == Deny {
				return because(Deny, nil, causes)
			}
			return because(Unknown, missingOf(column), causes)
		}
	}
	return column[0]
}

// somePlace merges what a stage says of places of which one, nobody knows which,
// carries the endpoint: certain is what all of them say.
func somePlace(places []place, column []finding, whereabouts []facts.Unknown) finding {
	first := column[0]
	if !slices.ContainsFunc(column, func(f finding) bool { return passing(f.verdict) != passing(first.verdict) }) {
		if i := slices.IndexFunc(column, func(f finding) bool { return f.verdict == Allow }); i >= 0 {
			first = column[i]
		}
		if passing(first.verdict) == Allow {
			return first
		}
		return because(first.verdict, missingOf(column), atPlaces(places, column, first.verdict, "if it is in %s, of %d where it may be"))
	}
	var parts []string
	for i, f := range column {
		parts = append(parts, fmt.Sprintf("%s: %s", places[i].name(), f.detail))
	}
	missing := mergeUnknowns(whereabouts, missingOf(column))
	return unknown(missing, "", "", "depends on where the cluster is: %s", strings.Join(parts, "; "))
}

// atPlaces gathers the causes of a verdict. One that does not hold at all places
// says, in the form given, at which it does.
func atPlaces(places []place, column []finding, verdict Verdict, form string) []Cause {
	var causes []Cause
	var at [][]int // of each
	for i := range column {
		if column[i].verdict != verdict {
			continue
		}
		for _, c := range column[i].why() {
			known := slices.Index(causes, c)
			if known < 0 {
				known, causes, at = len(causes), append(causes, c), append(at, nil)
			}
			at[known] = append(at[known], i)
		}
	}
	for i := range causes {
		if len(at[i]) < len(places) {
			causes[i].Detail += " (" + fmt.Sprintf(form, namesAt(places, at[i]), len(places)) + ")"
		}
	}
	return causes
}

// passing is the verdict, what does not apply being as good as what allows.
func passing(v Verdict) Verdict {
	if v == NotApplicable {
		return Allow
	}
	return v
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
	var causes []Cause
	for i := range column {
		if column[i].verdict == verdict {
			part = append(part, pieces[i])
			causes = joinCauses(causes, column[i].why())
		}
	}
	if verdict == Unknown {
		first.missing = missingOf(column)
	}
	remark := ""
	if len(part) < len(pieces) {
		word := "shut out"
		if verdict == Unknown {
			word = "undecided"
		}
		remark = fmt.Sprintf(" (%d of %d addresses %s: %s)",
			countIPv4(part), countIPv4([]netip.Prefix{source}), word, listPrefixes(setOf(part).Prefixes()))
	} else if slices.ContainsFunc(column, func(f finding) bool { return f.detail != first.detail }) {
		remark = fmt.Sprintf("; the rest of %s fares alike", source)
	}
	if verdict == Deny || verdict == Unknown {
		causes[len(causes)-1].Detail += remark
		return because(verdict, first.missing, causes)
	}
	first.detail += remark
	return first
}

// joinCauses adds the causes that are to be mended elsewhere than those there are.
// Of a network ACL the lowest number counts: it is ahead of every rule that denies.
func joinCauses(causes, more []Cause) []Cause {
	for _, c := range more {
		i := slices.IndexFunc(causes, func(known Cause) bool {
			a, b := known.Remedy, c.Remedy
			a.RuleNumber, b.RuleNumber = 0, 0
			return a == b
		})
		if i < 0 {
			causes = append(causes, c)
			continue
		}
		causes[i].Remedy.RuleNumber = min(causes[i].Remedy.RuleNumber, c.Remedy.RuleNumber)
	}
	return causes
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
