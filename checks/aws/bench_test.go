package aws

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

// elsewhere has this program play an estate of so many clusters in so many regions
// ("10000 30") in place of running tests, so that a benchmark measures the observer
// alone. The address goes to stdout; the end of stdin ends it.
const elsewhere = "RSCHECK_TEST_ESTATE"

func TestMain(m *testing.M) {
	if size := os.Getenv(elsewhere); size != "" {
		if err := playElsewhere(size); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func playElsewhere(size string) error {
	var clusters, regions int
	if _, err := fmt.Sscan(size, &clusters, &regions); err != nil {
		return err
	}
	server, err := fakeaws.Start(estate(regions, (clusters+regions-1)/regions, 10))
	if err != nil {
		return err
	}
	defer server.Close()
	fmt.Println(server.URL())
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// BenchmarkTenThousandClusters observes 10,020 clusters over thirty regions. Run
// it alone, for the memory is that of the process at its highest.
func BenchmarkTenThousandClusters(b *testing.B) { benchmarkEstate(b, 10_000, 30, 1250) }

// BenchmarkTenThousandClustersInOneRegion observes as many in one.
func BenchmarkTenThousandClustersInOneRegion(b *testing.B) { benchmarkEstate(b, 10_000, 1, 260) }

// BenchmarkThousandClusters is a tenth of it: what is more than a tenth of its
// memory is there whatever the number.
func BenchmarkThousandClusters(b *testing.B) { benchmarkEstate(b, 1000, 30, 1250) }

// counter counts the requests it sends.
type counter struct {
	sdk.HTTPClient
	sent atomic.Int64
}

func (c *counter) Do(r *http.Request) (*http.Response, error) {
	c.sent.Add(1)
	return c.HTTPClient.Do(r)
}

func benchmarkEstate(b *testing.B, clusters, regions int, calls int64) {
	server := exec.Command(os.Args[0])
	server.Env = append(os.Environ(), fmt.Sprintf("%s=%d %d", elsewhere, clusters, regions))
	server.Stderr = os.Stderr
	stdin, err := server.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := server.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		stdin.Close()
		_ = server.Wait()
	}()
	url, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	b.Setenv("AWS_ENDPOINT_URL", strings.TrimSpace(url))
	for name, value := range map[string]string{
		"AWS_REGION": fakeaws.RegionName, "AWS_ACCESS_KEY_ID": fakeaws.AccessKey, "AWS_SECRET_ACCESS_KEY": "secret", "AWS_PROFILE": "",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_CA_BUNDLE": "",
	} {
		b.Setenv(name, value)
	}
	before := processTime(b)
	client := &counter{HTTPClient: awshttp.NewBuildableClient()}
	for b.Loop() {
		client.sent.Store(0)
		account := open(b, Options{Regions: []string{AllRegions}, HTTPClient: client})
		emitted := 0
		unknown, err := account.Observe(b.Context(), func(facts.Target) error { emitted++; return nil })
		if err != nil || len(unknown) > 0 || emitted < clusters {
			b.Fatalf("%d targets, %v, %v", emitted, unknown, err)
		}
		if sent := client.sent.Load(); sent > calls {
			b.Fatalf("%d requests, want at most %d", sent, calls)
		}
	}
	b.ReportMetric(float64((processTime(b)-before).Milliseconds())/float64(b.N), "cpu-ms/op")
	b.ReportMetric(float64(client.sent.Load()), "calls/op")
	if peak, ok := peakMemory(); ok {
		b.ReportMetric(float64(peak>>20), "peak-MiB")
		if peak > 120<<20 {
			b.Errorf("%d MiB at its highest, want at most 120", peak>>20)
		}
	}
}

func processTime(b *testing.B) time.Duration {
	b.Helper()
	text, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0 // not Linux
	}
	// https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: utime and stime
	// are fields 14 and 15, in hundredths of a second; the second is in brackets.
	_, rest, _ := strings.Cut(string(text), ") ")
	words := strings.Fields(rest)
	var sum time.Duration
	for _, word := range words[11:13] {
		n, err := strconv.Atoi(word)
		if err != nil {
			b.Fatal(err)
		}
		sum += time.Duration(n) * 10 * time.Millisecond
	}
	return sum
}

// peakMemory is the most that was resident, where the system tells it.
func peakMemory() (bytes int, ok bool) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, false
	}
	_, rest, ok := strings.Cut(string(text), "VmHWM:")
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(strings.Fields(rest)[0])
	return n << 10, err == nil
}
