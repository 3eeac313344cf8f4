package main

import (
	"os"
	"strconv"
	"time"
)

// parentVariable names the process that a server of the tests must not outlive.
const parentVariable = "FLYBALL_CONTROL_PLANE_PARENT"

// endWithParent ends this process soon after the process named in the environment has gone. A test runner that is
// killed with SIGKILL runs no exit handler, and an orphaned API server would hold memory and ports for ever. A watch of
// the parent's id works on every Unix; Linux' PR_SET_PDEATHSIG follows the parent's thread, which Go and Node both
// change at will.
func endWithParent() {
	parent, err := strconv.Atoi(os.Getenv(parentVariable))
	if err != nil {
		return
	}
	go func() {
		for os.Getppid() == parent {
			time.Sleep(500 * time.Millisecond)
		}
		os.Exit(1)
	}()
}
