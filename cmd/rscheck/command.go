package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/rscheck/rscheck/checks"
	"github.com/rscheck/rscheck/checks/aws"
	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/policies"
	"github.com/rscheck/rscheck/report"
)

// version is what rscheck version prints and every snapshot and report carries.
const version = "0.1.0"

const exitCodes = `Exit codes:
  0    ready
  1    at least one finding at or above --fail-on
  2    the command line or the configuration is wrong
  3    could not tell: no such finding, but something at or above --fail-on is
       unknown, no target was found, or the scan broke off
  130  interrupted
`

// app is what the commands share: the streams, the checks, how AWS is asked, and the
// exit code that a report calls for.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	// catalogue loads the checks, which takes longer than all else that most
	// commands do.
	catalogue func() (*checks.Catalogue, error)
	// aws is what every observation of AWS begins with.
	aws  aws.Options
	code int
}

// usageError is a mistake in what the user wrote, as against something that
// failed.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// Main runs the command line args, without the program's name, and returns the
// exit code.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{
		stdin: stdin, stdout: stdout, stderr: stderr,
		catalogue: func() (*checks.Catalogue, error) { return checks.Load(policies.FS) },
	}
	return a.run(args)
}

func (a *app) run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends what the first could not
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	err := root.ExecuteContext(ctx)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(a.stderr, "rscheck: interrupted")
		return report.ExitInterrupted
	case err != nil:
		fmt.Fprintln(a.stderr, "rscheck:", err)
		return report.ExitUsage
	}
	return a.code
}

// root builds the commands.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "rscheck",
		Short: "Will the loader be able to connect to this Redshift cluster and load?",
		Long: `rscheck tells, read-only, whether a data loader (Stitch) will be able to
connect to an Amazon Redshift cluster and load into it, why not, and what to
type to mend it. What could not be observed is said to be unknown, never guessed.

` + exitCodes,
		Example: `  rscheck demo
  rscheck scan --cluster analytics --loader-region north-america
  rscheck collect --all --no-database -o facts.json && rscheck judge facts.json
  rscheck checks NET004`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if wrong, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
			return usagef("--%s %q: want %s", wrong.GetFlag().Name, wrong.GetValue(), wanted(wrong.GetFlag()))
		}
		return usagef("%w: see %s --help", err, cmd.CommandPath())
	})
	root.AddCommand(
		a.scanCommand(), a.collectCommand(), a.judgeCommand(), a.demoCommand(),
		a.checksCommand(), a.reportCommand(), a.diffCommand(), a.iamPolicyCommand(), a.versionCommand(),
	)
	return root
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.stdout, "rscheck", version)
			return err
		},
	}
}

// tool is rscheck as the maker of a snapshot or a report.
func tool() facts.Tool { return facts.Tool{Name: "rscheck", Version: version} }
