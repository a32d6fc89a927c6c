package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"github.com/rscheck/rscheck/report/waivers"
)

// configFile is read from the working directory where --config names no other.
const configFile = "rscheck.yaml"

// layer holds values for flags, by name, from one place.
type layer struct {
	origin string // for error messages
	file   string // and, of a configuration file, its name and line
	line   int
	values map[string][]string
}

// config is what rscheck.yaml holds: a value for any flag, and targets that each
// have some of their own.
type config struct {
	layer
	targets []layer
	waivers []waivers.Waiver
}

// configure fills the flags of cmd that the command line left alone, from the
// environment or else from the configuration file, and returns that file's
// targets. A value for a flag of another command is passed over.
func (a *app) configure(cmd *cobra.Command) (config, error) {
	c, err := within(cmd.Context(), func() (config, error) { return readConfig(cmd) })
	if err != nil {
		return c, err
	}
	if err := fill(cmd.Flags(), environment(cmd.Flags()), c.layer); err != nil {
		return c, err
	}
	return c, refuseEmpty(cmd.Flags())
}

// refuseEmpty refuses a list that names nothing, as --cluster "$CLUSTER" does where
// the variable is not set: it would choose everything.
func refuseEmpty(flags *pflag.FlagSet) error {
	var err error
	flags.Visit(func(f *pflag.Flag) {
		list, ok := f.Value.(pflag.SliceValue)
		if ok && err == nil && (len(list.GetSlice()) == 0 || slices.Contains(list.GetSlice(), "")) {
			err = usagef("--%s: want a value, found an empty one", f.Name)
		}
	})
	return err
}

// bindConfig binds the flag that names the configuration file.
func bindConfig(f *pflag.FlagSet) {
	f.String("config", "", "read this configuration `file` (default ./"+configFile+" where there is one)")
}

// fill sets each flag that was not set yet from the first layer that has it.
func fill(flags *pflag.FlagSet, layers ...layer) error {
	var err error
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Changed || err != nil {
			return
		}
		for _, l := range layers {
			if values, ok := l.values[f.Name]; ok {
				err = set(f, values, l.origin)
				return
			}
		}
	})
	return err
}

func set(f *pflag.Flag, values []string, origin string) error {
	f.Changed = true
	if list, ok := f.Value.(pflag.SliceValue); ok {
		if slices.Contains(values, "") {
			return usagef("%s: %s: want a value, found an empty one", origin, f.Name)
		}
		return list.Replace(values)
	}
	if len(values) != 1 {
		return usagef("%s: %s: want one value, not a list", origin, f.Name)
	}
	if err := f.Value.Set(values[0]); err != nil {
		return usagef("%s: %s %q: want %s", origin, f.Name, values[0], wanted(f))
	}
	return nil
}

// wanted says what a value of the flag is to be.
func wanted(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "bool":
		return "true or false"
	case "int":
		return "a whole number"
	case "duration":
		return "a time, as 90s or 2m"
	default:
		return "a list, with quotes only around a whole value"
	}
}

// environment reads RSCHECK_LOADER_REGION for --loader-region, and so on. A list
// is split at commas.
func environment(flags *pflag.FlagSet) layer {
	l := layer{origin: "environment", values: map[string][]string{}}
	flags.VisitAll(func(f *pflag.Flag) {
		value, ok := os.LookupEnv("RSCHECK_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_")))
		if !ok || f.Name == "config" || f.Name == "help" {
			return
		}
		if _, list := f.Value.(pflag.SliceValue); list {
			l.values[f.Name] = strings.Split(value, ",")
		} else {
			l.values[f.Name] = []string{value}
		}
	})
	return l
}

// readConfig reads the configuration file, if there is one.
func readConfig(cmd *cobra.Command) (config, error) {
	path, _ := cmd.Flags().GetString("config")
	if path == "" {
		path = os.Getenv("RSCHECK_CONFIG")
	}
	named := path != ""
	if !named {
		path = configFile
	}
	text, err := os.ReadFile(path)
	if !named && errors.Is(err, fs.ErrNotExist) {
		return config{}, nil
	}
	if err != nil {
		return config{}, usagef("read configuration: %w", err)
	}
	return parseConfig(path, text, flagNames(cmd.Root()))
}

// flagNames returns the names a configuration file may use: those of all
// commands' flags.
func flagNames(root *cobra.Command) []string {
	var names []string
	for _, cmd := range root.Commands() {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "config" && f.Name != "help" && !slices.Contains(names, f.Name) {
				names = append(names, f.Name)
			}
		})
	}
	slices.Sort(names)
	return names
}

// parseConfig reads the YAML text of the file at path.
func parseConfig(path string, text []byte, known []string) (config, error) {
	root, err := waivers.Document(path, text)
	if err != nil {
		return config{}, usageError{err}
	}
	c := config{layer: layer{origin: path, values: map[string][]string{}}}
	if root == nil {
		return c, nil
	}
	if node := take(root, "targets"); node != nil {
		if c.targets, err = parseTargets(path, node, known); err != nil {
			return config{}, err
		}
	}
	if node := take(root, "waivers"); node != nil {
		if c.waivers, err = waivers.List(path, node); err != nil {
			return config{}, usageError{err}
		}
	}
	c.layer, err = parseLayer(path, root, known)
	return c, err
}

// take removes the key from the mapping and returns its value, nil where it is
// not there.
func take(mapping *yaml.Node, key string) *yaml.Node {
	if mapping.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			value := mapping.Content[i+1]
			mapping.Content = slices.Delete(mapping.Content, i, i+2)
			return value
		}
	}
	return nil
}

func parseTargets(path string, node *yaml.Node, known []string) ([]layer, error) {
	if node.Kind != yaml.SequenceNode {
		return nil, usagef("%s:%d: targets: want a list", path, node.Line)
	}
	var targets []layer
	for _, item := range node.Content {
		l, err := parseLayer(path, item, known)
		if err != nil {
			return nil, err
		}
		targets = append(targets, l)
	}
	return targets, nil
}

func parseLayer(path string, node *yaml.Node, known []string) (layer, error) {
	l := layer{origin: fmt.Sprintf("%s:%d", path, node.Line), file: path, line: node.Line, values: map[string][]string{}}
	if node.Kind != yaml.MappingNode {
		return l, usagef("%s:%d: want names of flags and their values, as loader-region: europe", path, node.Line)
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if key.Value == "targets" || key.Value == "waivers" {
			return l, usagef("%s:%d: %s: want one list, at the outermost level", path, key.Line, key.Value)
		}
		if !slices.Contains(known, key.Value) {
			return l, usagef("%s:%d: unknown key %q: a key is the name of a flag, as loader-region", path, key.Line, key.Value)
		}
		if _, twice := l.values[key.Value]; twice {
			return l, usagef("%s:%d: %s is given twice", path, key.Line, key.Value)
		}
		values := []*yaml.Node{value}
		if value.Kind == yaml.SequenceNode {
			values = value.Content
		}
		list := []string{}
		for _, v := range values {
			if v.Kind != yaml.ScalarNode || v.Tag == "!!null" {
				return l, usagef("%s:%d: %s: want a value or a list of values", path, v.Line, key.Value)
			}
			list = append(list, v.Value)
		}
		l.values[key.Value] = list
	}
	return l, nil
}
