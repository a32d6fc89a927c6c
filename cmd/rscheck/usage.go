package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagGroup is flags that the usage of a command shows together.
type flagGroup struct {
	title string
	bind  func(*pflag.FlagSet)
}

// bindGroups binds the flags of the groups to cmd, whose usage tells them apart:
// there are too many for one list.
func bindGroups(cmd *cobra.Command, groups ...flagGroup) {
	var grouped []*pflag.FlagSet
	for _, g := range groups {
		f := pflag.NewFlagSet(g.title, pflag.ContinueOnError)
		g.bind(f)
		cmd.Flags().AddFlagSet(f)
		grouped = append(grouped, f)
	}
	cmd.SetUsageFunc(func(cmd *cobra.Command) error {
		others := pflag.NewFlagSet("Other flags", pflag.ContinueOnError)
		others.AddFlagSet(cmd.LocalFlags())
		width, _ := terminal(cmd.Root().OutOrStdout()) // the command itself may write to a buffer
		var text strings.Builder
		fmt.Fprintf(&text, "Usage:\n  %s\n", cmd.UseLine())
		if cmd.Example != "" {
			fmt.Fprintf(&text, "\nExamples:\n%s\n", cmd.Example)
		}
		for _, f := range grouped {
			fmt.Fprintf(&text, "\n%s:\n%s", f.Name(), f.FlagUsagesWrapped(width))
		}
		fmt.Fprintf(&text, "\n%s:\n%s", others.Name(), without(others, grouped).FlagUsagesWrapped(width))
		_, err := fmt.Fprint(cmd.OutOrStderr(), text.String())
		return err
	})
}

// without are the flags that are in none of the groups.
func without(flags *pflag.FlagSet, groups []*pflag.FlagSet) *pflag.FlagSet {
	rest := pflag.NewFlagSet(flags.Name(), pflag.ContinueOnError)
	flags.VisitAll(func(f *pflag.Flag) {
		for _, g := range groups {
			if g.Lookup(f.Name) != nil {
				return
			}
		}
		rest.AddFlag(f)
	})
	return rest
}

// noArgs refuses an argument where the user may have meant the name of a target.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usagef("%q goes with no flag: name a cluster with --cluster %s", args[0], args[0])
}

// noCommand refuses what is no command and says which one is like it.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	cmd.SuggestionsMinimumDistance = 2
	if like := cmd.SuggestionsFor(args[0]); len(like) > 0 {
		return usagef("unknown command %q: do you mean %s?", args[0], strings.Join(like, " or "))
	}
	return usagef("unknown command %q: see rscheck --help", args[0])
}
