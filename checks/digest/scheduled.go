package digest

import (
	"errors"
	"strings"
	"time"

	"github.com/rscheck/rscheck/checks/facts"
)

// interruptions finds the scheduled actions that will pause or resize the cluster.
// Where it is not known of one whether it will ever run, another that will settles
// it. A workgroup is never paused: Redshift's scheduler knows clusters only.
func (d *digester) interruptions() {
	const path, observed = "cluster.interruptions", "cluster.scheduled_actions"
	if d.target.Kind == facts.Workgroup {
		return
	}
	if missing := d.missing(observed); len(missing) > 0 {
		d.lack(path, missing)
		return
	}
	var doubt []facts.Unknown
	stays := true
	for _, a := range d.target.Cluster.ScheduledActions {
		next, outlook := d.outlook(&a)
		switch {
		case outlook == spent:
		case a.Action == "resume":
			stays = false
		case a.Action != "pause" && a.Action != "resize":
			doubt = append(doubt, contradiction(observed, "the scheduled action %s is to %q, which rscheck does not know", a.Name, a.Action)...)
		case outlook == unclear:
			doubt = append(doubt, contradiction(observed, "AWS does not tell when the scheduled action %s, in state %s, runs next", a.Name, a.State)...)
		default:
			d.doc.Cluster.Interruptions = append(d.doc.Cluster.Interruptions, Interruption{
				Name: a.Name, Action: a.Action, Next: next.UTC().Format(time.RFC3339), Schedule: a.Schedule,
			})
		}
	}
	for i := range d.doc.Cluster.Interruptions {
		in := &d.doc.Cluster.Interruptions[i]
		in.Stays = stays && in.Action == "pause"
	}
	if len(d.doc.Cluster.Interruptions) == 0 {
		d.lack(path, doubt)
	}
}

// outlook is what is to be expected of a scheduled action.
type outlook int

const (
	unclear outlook = iota
	spent           // it is disabled, or will never run again
	coming
)

// outlook tells whether a scheduled action will run, and when next. AWS tells the
// next times of one that will; whether it tells none of one that is done is not
// documented, so that a schedule for once is asked too. A time that has come counts
// as gone.
// https://docs.aws.amazon.com/redshift/latest/APIReference/API_ScheduledAction.html
func (d *digester) outlook(a *facts.ScheduledAction) (time.Time, outlook) {
	next, noNext := timeOf(a.Next)
	start, noStart := timeOf(a.Start)
	end, noEnd := timeOf(a.End)
	once, isOnce := onceAt(a.Schedule)
	switch {
	case a.State == "DISABLED":
		return next, spent
	case a.State != "ACTIVE", errors.Join(noNext, noStart, noEnd) != nil:
		return next, unclear
	case !end.IsZero() && !end.After(d.at):
		return next, spent
	case next.After(d.at):
		return next, coming
	case !isOnce:
		return next, unclear
	case !once.After(d.at), once.Before(start), !end.IsZero() && once.After(end):
		return next, spent
	}
	return once, coming
}

// onceAt returns the time of a schedule "at(2026-11-24T22:00:00)", which is in UTC.
func onceAt(schedule string) (time.Time, bool) {
	text, isAt := strings.CutPrefix(schedule, "at(")
	text, closed := strings.CutSuffix(text, ")")
	at, err := time.Parse("2006-01-02T15:04:05", text)
	return at, isAt && closed && err == nil
}

// timeOf reads a fact's time, which is zero where there is none.
func timeOf(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339, text)
}
