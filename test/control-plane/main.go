// The control plane of the end-to-end tests: Kubernetes' own API server, controller manager, scheduler, etcd and
// kubectl in one binary. The name it is called by picks the part to run, so that the linker writes the shared code once.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	_ "time/tzdata" // time zones for CronJobs on machines that have no zone files

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	_ "k8s.io/client-go/plugin/pkg/client/auth" // kubectl's auth plugins
	"k8s.io/component-base/cli"
	"k8s.io/component-base/logs"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

// parts maps each name of the binary to what runs under it.
var parts = map[string]func(){
	"kube-apiserver":          func() { serve(apiserver.NewAPIServerCommand) },
	"kube-controller-manager": func() { serve(controllers.NewControllerManagerCommand) },
	"kube-scheduler":          func() { serve(func() *cobra.Command { return scheduler.NewSchedulerCommand() }) },
	"etcd":                    func() { etcdmain.Main(os.Args) },
	"kubectl":                 kubectl,
	"quantity":                func() { quantities(os.Stdin, os.Stdout) },
}

func main() {
	name := filepath.Base(os.Args[0])
	run, known := parts[name]
	if !known {
		fmt.Fprintf(os.Stderr, "%q is no part of the control plane: call it through the symlink of a part\n", name)
		os.Exit(2)
	}
	run()
}

// serve takes a constructor, not a command: constructing one registers flags and metrics that only that part may own.
func serve(construct func() *cobra.Command) {
	os.Exit(cli.Run(construct()))
}

// kubectl follows the main of upstream's kubectl.
func kubectl() {
	logs.GlogSetter(cmd.GetLogVerbosity(os.Args)) //nolint:errcheck // as upstream: an unset verbosity is no failure
	if err := cli.RunNoErrOutput(cmd.NewDefaultKubectlCommand()); err != nil {
		util.CheckErr(err)
	}
}
