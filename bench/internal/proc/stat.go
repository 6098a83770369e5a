package proc

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Usage is what a process and its children have cost so far.
type Usage struct {
	CPU time.Duration // user and system time; the kernel counts in steps of 10 ms
	RSS int64         // resident bytes now; pages shared by parent and child count twice
}

// Usage reads the figures of the process and of its living children, as nginx
// has them.
func (p *Process) Usage() (Usage, error) {
	total, err := usage(p.Pid())
	if err != nil {
		return Usage{}, err
	}
	children, err := childrenOf(p.Pid())
	if err != nil {
		return Usage{}, err
	}
	for _, pid := range children {
		u, err := usage(pid)
		if err != nil {
			return Usage{}, err
		}
		total.CPU += u.CPU
		total.RSS += u.RSS
	}
	return total, nil
}

const (
	tick    = 10 * time.Millisecond // 1/USER_HZ, which Linux fixes at 100
	utime   = 14 - 3                // fields of /proc/<pid>/stat, counted behind the name
	stime   = 15 - 3
	rss     = 24 - 3
	statMin = rss + 1
)

func usage(pid int) (Usage, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return Usage{}, err
	}
	return parseStat(b)
}

func parseStat(b []byte) (Usage, error) {
	// The name, in parentheses, may hold anything; what follows is numbers.
	fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	if len(fields) < statMin {
		return Usage{}, fmt.Errorf("stat has %d fields", len(fields))
	}
	var n [3]int64
	for i, field := range []int{utime, stime, rss} {
		v, err := strconv.ParseInt(string(fields[field]), 10, 64)
		if err != nil {
			return Usage{}, fmt.Errorf("stat: %w", err)
		}
		n[i] = v
	}
	return Usage{CPU: time.Duration(n[0]+n[1]) * tick, RSS: n[2] * int64(os.Getpagesize())}, nil
}

// childrenOf lists the children that the threads of pid have started.
func childrenOf(pid int) ([]int, error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			continue // the thread has ended meanwhile
		}
		for _, field := range bytes.Fields(b) {
			child, err := strconv.Atoi(string(field))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f, err)
			}
			pids = append(pids, child)
		}
	}
	return pids, nil
}
