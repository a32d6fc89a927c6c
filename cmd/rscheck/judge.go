package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rscheck/rscheck/checks"
	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/loader"
	"github.com/rscheck/rscheck/report"
)

func (a *app) judgeCommand() *cobra.Command {
	var (
		load   loaderOptions
		judge  judgeOptions
		accept acceptOptions
		output = outputOptions{saved: true}
	)
	cmd := &cobra.Command{
		Use:   "judge FILE...",
		Short: "Judge saved snapshots, offline",
		Long: `Judge snapshots that rscheck collect saved. Nothing is connected to.

` + exitCodes,
		Example: "  rscheck judge facts.json --loader-region europe",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("judge needs the FILE of a snapshot (- for stdin), as rscheck collect -o FILE writes it")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			config, err := a.configure(cmd)
			if err != nil {
				return err
			}
			j, err := a.newJudge(&load, &judge)
			if err != nil {
				return err
			}
			if j.accepted, err = accept.read(cmd.Context(), config.waivers); err != nil {
				return err
			}
			if err := output.check(); err != nil {
				return err
			}
			for _, name := range args {
				snapshot, err := within(cmd.Context(), func() (facts.Snapshot, error) { return a.readSnapshot(name) })
				if err != nil {
					return err
				}
				if err := j.judge(cmd.Context(), snapshot); err != nil {
					return err
				}
			}
			return a.write(j.finish(), &output, j.sources())
		},
	}
	bindGroups(cmd,
		flagGroup{"How the loader was set up", load.bind},
		flagGroup{"What is asked, and what decides", judge.bind},
		flagGroup{"What is accepted", accept.bind},
		flagGroup{"The report", output.bind},
	)
	bindConfig(cmd.Flags())
	return cmd
}

// readSnapshot reads the snapshot in the file, or on stdin for "-".
func (a *app) readSnapshot(name string) (facts.Snapshot, error) {
	var in io.Reader = a.stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return facts.Snapshot{}, usagef("read snapshot: %w", err)
		}
		defer file.Close()
		in = file
	}
	snapshot, err := facts.Read(in)
	if err != nil {
		return facts.Snapshot{}, usagef("read snapshot %s: %w", name, err)
	}
	return snapshot, nil
}

// judge turns observed targets into a report.
type judge struct {
	catalogue *checks.Catalogue
	settings  loader.Settings // of snapshots; a scan has some of each target
	report    report.Report
	scope     scope
	accepted  accepted
	locations map[string]report.Location
	absent    map[string][]string // targets, by the schema that was named and is not there
}

// sources are what formats tell beside the report.
func (j *judge) sources() sources {
	return sources{rules: rules(j.catalogue), locations: j.locations}
}

func (a *app) newJudge(load *loaderOptions, choice *judgeOptions) (*judge, error) {
	settings, err := load.settings()
	if err != nil {
		return nil, err
	}
	if err := choice.check(); err != nil {
		return nil, err
	}
	catalogue, err := a.catalogue()
	if err != nil {
		return nil, err
	}
	if catalogue, err = catalogue.Select(choice.only, choice.skip); err != nil {
		return nil, usageError{err}
	}
	return &judge{
		catalogue: catalogue, settings: settings, locations: map[string]report.Location{}, absent: map[string][]string{},
		scope: scope{choice: choice, unseen: map[string]int{}}, report: report.Report{
			Schema: report.Schema,
			Tool:   tool(),
			Loader: loaderOf(settings),
			FailOn: report.Severity(choice.failOn),
		},
	}, nil
}

func loaderOf(s loader.Settings) report.Loader {
	return report.Loader{ID: s.Profile.ID, Region: s.Region, Connection: s.Connection, User: s.User}
}

// judge adds the answers for all targets of a snapshot.
func (j *judge) judge(ctx context.Context, s facts.Snapshot) error {
	if j.report.ScannedAt.IsZero() {
		j.report.ScannedAt = s.ScannedAt
	}
	j.report.Unknown = append(j.report.Unknown, s.Unknown...)
	j.report.Notes = addNew(j.report.Notes, s.Notes...)
	for i := range s.Targets {
		if err := j.add(ctx, &s.Targets[i], j.settings, s.ScannedAt); err != nil {
			return err
		}
	}
	return nil
}

// addNew adds the words that the list does not have.
func addNew(list []string, words ...string) []string {
	for _, word := range words {
		if !slices.Contains(list, word) {
			list = append(list, word)
		}
	}
	return list
}

// add adds the answer for one target, observed at the time at, for the loader set up
// as in s.
func (j *judge) add(ctx context.Context, t *facts.Target, s loader.Settings, at time.Time) error {
	answer, err := j.catalogue.Answer(ctx, t, s, at)
	if err != nil {
		return err
	}
	if own := loaderOf(s); own != j.report.Loader {
		answer.Loader = &own
	}
	j.note(t, s, at)
	j.report.Targets = append(j.report.Targets, answer)
	j.scope.add(t, s.Connection)
	return nil
}

// note remembers what was taken for granted of the target.
func (j *judge) note(t *facts.Target, s loader.Settings, at time.Time) {
	if s.Profile.Stale(at) {
		j.report.Notes = addNew(j.report.Notes, fmt.Sprintf("what rscheck knows of %s, its addresses too, is of %s: see whether there is a newer rscheck",
			s.Profile.Name, s.Profile.Version))
	}
	for _, schema := range digest.AbsentSchemas(t, s) {
		j.absent[schema] = append(j.absent[schema], t.Name)
	}
}

// absentSchemas are remarks on the schemas that were named and are not there: the
// loader creates them, unless a name is mistyped.
func (j *judge) absentSchemas() []string {
	var notes []string
	for _, schema := range slices.Sorted(maps.Keys(j.absent)) {
		names := j.absent[schema]
		where := strings.Join(names[:min(3, len(names))], ", ")
		if more := len(names) - 3; more > 0 {
			where += fmt.Sprintf(" and %d more", more)
		}
		notes = append(notes, fmt.Sprintf("there is no schema %q in %s yet: %s creates it, if that is its name", schema, where, j.settings.Profile.Name))
	}
	return notes
}

// finish settles the verdicts.
func (j *judge) finish() report.Report {
	j.report.Scope = j.scope.String()
	j.report.Notes = append(j.report.Notes, j.absentSchemas()...)
	j.accepted.apply(&j.report)
	return j.report
}

// scope tells what the command line left out.
type scope struct {
	choice                     *judgeOptions
	targets, noAWS, noDatabase int
	// unseen are those that the loader comes to by a way that no check follows, a
	// private line or a tunnel from inside, by the connection.
	unseen map[string]int
	// planned are those behind a bastion that was named by its place.
	planned int
}

func (s *scope) add(t *facts.Target, connection string) {
	leftOut := func(path string) bool {
		return slices.ContainsFunc(t.Lacking(path), func(u facts.Unknown) bool { return u.Reason == facts.NotRequested })
	}
	s.targets++
	if t.Network.Bastion.State == facts.PlannedBastion && connection == "ssh" {
		s.planned++
	}
	if leftOut("network") {
		s.noAWS++
	} else if connection != "direct" && connection != "ssh" {
		s.unseen[connection]++
	}
	if leftOut("database") {
		s.noDatabase++
	}
}

// String is what the verdict covers, empty for everything.
func (s *scope) String() string {
	var words []string
	switch s.targets {
	case 0:
	case s.noDatabase:
		words = append(words, "network only")
	case s.noAWS:
		words = append(words, "database only")
	default:
		if s.noDatabase > 0 {
			words = append(words, fmt.Sprintf("network only for %d of %d", s.noDatabase, s.targets))
		}
		if s.noAWS > 0 {
			words = append(words, fmt.Sprintf("database only for %d of %d", s.noAWS, s.targets))
		}
	}
	for _, connection := range slices.Sorted(maps.Keys(s.unseen)) {
		gap := "but for the way in over " + connection
		if n := s.unseen[connection]; n < s.targets-s.noAWS {
			gap += fmt.Sprintf(" to %d of %d", n, s.targets)
		}
		words = append(words, gap)
	}
	if s.planned > 0 {
		words = append(words, "given a bastion with a public address")
	}
	if len(s.choice.only) > 0 {
		words = append(words, "only "+strings.Join(s.choice.only, ", "))
	}
	if len(s.choice.skip) > 0 {
		words = append(words, "without "+strings.Join(s.choice.skip, ", "))
	}
	return strings.Join(words, ", ")
}
