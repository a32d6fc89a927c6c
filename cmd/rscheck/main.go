// Rscheck tells, read-only, whether a data loader will be able to connect to and
// load into an Amazon Redshift cluster, and whether the cluster is set up safely
// for it.
package main

import "os"

func main() {
	os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
