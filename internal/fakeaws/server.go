// Package fakeaws plays AWS over HTTP, in this process: as much of Redshift, Redshift
// Serverless, EC2 and STS as rscheck asks, shaped and paged as AWS does it. What is there is a
// Cloud; what goes wrong is a Fault; every request is logged. It serves tests and
// whoever needs a snapshot without an AWS account.
//
// It is strict where AWS is: unknown parameters and filters, page sizes out of
// range and tokens of another list are errors. It does not check signatures.
package fakeaws

import (
	"bytes"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Server plays a Cloud on a loopback address.
type Server struct {
	http http.Server
	url  string

	mu       sync.Mutex
	cloud    *Cloud
	log      []Request
	faults   map[string][]*Fault
	omit     map[string]map[string]bool
	pageSize int
	delay    time.Duration
	rounds   rounds
	tokens   int
	begin    func(Request)
	end      func(Request)
}

// Request is a request that came in.
type Request struct {
	Service   string // as in the signature: redshift, redshift-serverless, ec2, sts
	Operation string
	Region    string
	Account   string
	Params    url.Values
	Attempt   int // 1 for the first
	Round     int // see Settle; 0 without
	Refused   bool
}

// Start starts a server. Close it.
func Start(cloud *Cloud) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{
		cloud: cloud, url: "http://" + listener.Addr().String(),
		faults: map[string][]*Fault{}, omit: map[string]map[string]bool{}, delay: time.Millisecond,
	}
	s.http.Handler = http.HandlerFunc(s.serve)
	go func() { _ = s.http.Serve(listener) }()
	return s, nil
}

// Close ends the server and every connection.
func (s *Server) Close() error { return s.http.Close() }

// HangUp closes the connections on which nothing is being asked. A client in this
// process that is no longer used would keep them open.
func (s *Server) HangUp() {
	s.http.SetKeepAlivesEnabled(false)
	s.http.SetKeepAlivesEnabled(true)
}

// URL is what AWS_ENDPOINT_URL should be.
func (s *Server) URL() string { return s.url }

// Environment is what makes the SDK and the AWS CLI speak to the server and to
// nothing else.
func (s *Server) Environment() map[string]string {
	return map[string]string{
		"AWS_ENDPOINT_URL": s.url, "AWS_REGION": RegionName, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_ACCESS_KEY_ID": AccessKey, "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "AWS_SESSION_TOKEN": "",
		"AWS_PROFILE": "", "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
		"AWS_MAX_ATTEMPTS": "", "AWS_RETRY_MODE": "", "AWS_CA_BUNDLE": "",
	}
}

// Play puts another cloud in the place of the one before.
func (s *Server) Play(cloud *Cloud) { s.set(func() { s.cloud = cloud }) }

// PageSize makes every list come in pages of at most n items, where AWS would send
// more; 0 is AWS's way.
func (s *Server) PageSize(n int) { s.set(func() { s.pageSize = n }) }

// Delay is how long an answer takes; less than a millisecond counts as that,
// because the SDK trips over faster ones.
func (s *Server) Delay(d time.Duration) { s.set(func() { s.delay = max(d, time.Millisecond) }) }

// Settle holds answers back until no request has come for d, then gives all of
// them at once. Each time is a round: requests of one round did not wait for each
// other.
func (s *Server) Settle(d time.Duration) { s.set(func() { s.rounds.settle = d }) }

// Watch has begin told of each request that comes in, and end of it once it is
// answered. Both are called at once by many.
func (s *Server) Watch(begin, end func(Request)) { s.set(func() { s.begin, s.end = begin, end }) }

// Inject adds a fault to an operation. The first that is due strikes.
func (s *Server) Inject(operation string, f Fault) {
	s.set(func() { s.faults[operation] = append(s.faults[operation], &f) })
}

// Omit leaves elements out of an operation's answers.
func (s *Server) Omit(operation string, elements ...string) {
	s.set(func() {
		omit := map[string]bool{}
		for _, e := range elements {
			omit[e] = true
		}
		s.omit[operation] = omit
	})
}

// Reset forgets the log, the faults and what is omitted.
func (s *Server) Reset() {
	s.set(func() {
		s.log, s.faults, s.omit, s.rounds.count = nil, map[string][]*Fault{}, map[string]map[string]bool{}, 0
	})
}

// Requests returns the log.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

// Rounds returns how many rounds there have been since Settle.
func (s *Server) Rounds() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rounds.count
}

func (s *Server) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// rounds gathers requests that do not wait for each other.
type rounds struct {
	settle  time.Duration
	count   int
	timer   *time.Timer
	release chan struct{}
}

// join makes the request part of the round that is gathering, and returns its
// number and when it is over.
func (s *Server) join() (int, <-chan struct{}) {
	r := &s.rounds
	if r.release == nil {
		r.count++
		release := make(chan struct{})
		r.release = release
		r.timer = time.AfterFunc(r.settle, func() {
			s.set(func() { r.release = nil })
			close(release)
		})
	} else {
		r.timer.Reset(r.settle)
	}
	return r.count, r.release
}

// call is a request and its answer in the making.
type call struct {
	Request
	server  *Server
	cloud   *Cloud
	account *Account
	region  *Region
	out     document
	fault   *Fault
	// pageSize is the server's.
	pageSize int
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	c := s.receive(r)
	wait, over := s.file(c)
	if begin, end := s.watchers(); begin != nil {
		begin(c.Request)
		defer end(c.Request)
	}
	time.Sleep(wait)
	if over != nil {
		<-over
	}
	if c.Refused && c.fault == nil {
		writeError(w, c.Service, &apiError{http.StatusForbidden, deniedCode(c.Service), "fakeaws is read-only"})
		return
	}
	err := c.answer()
	body := bytes.Clone(c.out.buffer.Bytes())
	switch {
	case c.fault != nil && !c.fault.ofPages():
		c.fault.strike(w, r, c.Service, body)
	case err != nil:
		writeError(w, c.Service, err.said(c.Service))
	default:
		content := "text/xml;charset=UTF-8"
		if speaksJSON(c.Service) {
			content = contentJSON
		}
		w.Header().Set("Content-Type", content)
		_, _ = w.Write(body)
	}
}

func (s *Server) watchers() (begin, end func(Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.begin, s.end
}

func (s *Server) played() *Cloud {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cloud
}

// credential is the part of a signature that says whose it is and what for.
var credential = regexp.MustCompile(`Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request`)

func (s *Server) receive(r *http.Request) *call {
	// What cannot be parsed has no action, which is answered as AWS would.
	_ = r.ParseForm()
	c := &call{server: s, cloud: s.played(), Request: Request{Operation: r.PostForm.Get("Action"), Params: r.PostForm, Attempt: 1}}
	if m := credential.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
		c.Region, c.Service = m[2], m[3]
		for _, a := range c.cloud.Accounts {
			if a.AccessKey == m[1] {
				c.account, c.Account, c.region = a, a.ID, a.Regions[m[2]]
			}
		}
	}
	if r.Header.Get("X-Amz-Target") != "" {
		c.Operation, c.Params = receiveJSON(r)
	}
	if _, number, ok := strings.Cut(r.Header.Get("Amz-Sdk-Request"), "attempt="); ok {
		number, _, _ = strings.Cut(number, ";")
		if n, err := strconv.Atoi(number); err == nil {
			c.Attempt = n
		}
	}
	reads := slices.ContainsFunc([]string{"Describe", "List", "Get"}, func(p string) bool { return strings.HasPrefix(c.Operation, p) })
	c.Refused = !reads && c.Operation != "AssumeRole" && c.Operation != "ExecuteStatement" // which looks at its statement
	return c
}

// file logs the request, finds its fault and says how long the answer is to wait.
func (s *Server) file(c *call) (wait time.Duration, over <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults[c.Operation] {
		if c.fault == nil && f.due(c.Region) {
			c.fault = f
		}
	}
	c.out.omit, c.pageSize = s.omit[c.Operation], s.pageSize
	if s.rounds.settle > 0 {
		c.Round, over = s.join()
	}
	s.log = append(s.log, c.Request)
	return s.delay, over
}
