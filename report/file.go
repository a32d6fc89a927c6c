package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
)

// WriteFile writes a file whole or not at all: what write produces goes to a
// temporary file beside it, which takes its name when all is on disk. A file
// that is there is replaced and keeps its permissions; a new one gets 0644 less
// the umask. A link, a directory or a device is refused.
func WriteFile(path string, write func(io.Writer) error) error {
	old, err := replaceable(path)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := replace(path, old, write); err != nil {
		return fmt.Errorf("write %s: %w", path, cause(err))
	}
	return nil
}

// CheckFile tells early what WriteFile would refuse: a folder that is not there, and
// what is no file.
func CheckFile(path string) error {
	if _, err := replaceable(path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	info, err := os.Stat(filepath.Dir(path))
	switch {
	case err != nil:
		return fmt.Errorf("write %s: %w", path, cause(err))
	case !info.IsDir():
		return fmt.Errorf("write %s: its folder is a file", path)
	}
	return nil
}

// replaceable describes the file at path, nil where there is none.
func replaceable(path string) (fs.FileInfo, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, cause(err)
	case info.Mode().IsRegular():
		return info, nil
	case info.IsDir():
		return nil, errors.New("is a directory, name a file")
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, errors.New("is a symbolic link, name the file itself")
	default:
		return nil, errors.New("is a device, a pipe or a socket, name a file")
	}
}

func replace(path string, old fs.FileInfo, write func(io.Writer) error) (err error) {
	f, err := create(filepath.Dir(path))
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if old != nil {
		if err := f.Chmod(old.Mode().Perm()); err != nil {
			return err
		}
	}
	out := bufio.NewWriterSize(f, 64<<10)
	if err := write(out); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	done = true
	return nil
}

// create makes a new file in dir. os.CreateTemp would leave the umask out.
func create(dir string) (*os.File, error) {
	for {
		name := filepath.Join(dir, ".rscheck-"+strconv.FormatUint(rand.Uint64(), 36)+".tmp")
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// cause leaves out the name of the temporary file, which tells nobody anything.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	return err
}
