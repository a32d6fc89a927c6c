# METADATA
# description: Words of a command for a POSIX shell.
package rscheck.lib.shell

# quote spells a word so that a shell takes it as one argument, whatever is in it.
quote(word) := word if regex.match(_plain, word)

quote(word) := sprintf("'%s'", [replace(word, "'", `'\''`)]) if not regex.match(_plain, word)

_plain := `^[A-Za-z0-9_+=:,./@-]+$`
