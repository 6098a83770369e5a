package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
)

// Set by the linker in release builds; otherwise the build information is read.
var (
	buildVersion string
	buildCommit  string
)

// version names the program: version, commit, and the Go it was built with.
func version() string {
	v, commit := buildNumbers()
	return fmt.Sprintf("claviger %s (commit %s, %s %s/%s)", v, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func buildNumbers() (v, commit string) {
	v, commit = buildVersion, buildCommit
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "(devel)" {
			v = cmp.Or(v, info.Main.Version)
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				commit = cmp.Or(commit, s.Value)
			}
		}
	}
	return cmp.Or(v, "dev"), cmp.Or(commit, "unknown")
}
