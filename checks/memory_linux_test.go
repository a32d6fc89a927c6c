package checks_test

import (
	"os"
	"syscall"
)

// peakMemory is the largest resident size of a process that ended, in MiB.
func peakMemory(state *os.ProcessState) float64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return float64(usage.Maxrss) / 1024 // Linux tells KiB
}
