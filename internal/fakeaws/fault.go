package fakeaws

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"strconv"
)

// Fault is what happens to requests in place of an answer. Start from one of the
// functions that return one.
type Fault struct {
	// Region confines it to a region; empty for all.
	Region string
	// After lets so many requests through first; Times ends it after so many,
	// 0 for never.
	After, Times int

	status        int
	code, message string // an error in AWS's form
	body          string // an answer in nobody's form
	contentType   string
	kind          faultKind

	seen int
}

type faultKind int

const (
	saysError faultKind = iota
	saysBody
	hangs
	resets
	breaksOff
	emptyPages
	emptyPage
	repeatsToken
)

// Denied is the refusal of a caller without the permission. AWS explains it in
// the message.
func Denied(message string) Fault { return Error(http.StatusForbidden, "", message) }

// Throttled is the refusal of a caller who asks too often.
func Throttled() Fault { return Error(http.StatusServiceUnavailable, "Throttling", "Rate exceeded") }

// Error is an error in AWS's own form.
func Error(status int, code, message string) Fault {
	return Fault{status: status, code: code, message: message}
}

// HTML is a page that is not AWS's: of moto for what it does not know (500), of a
// proxy, of a portal (200).
func HTML(status int) Fault {
	return Fault{
		status: status, kind: saysBody, contentType: "text/html; charset=utf-8",
		body: "<!doctype html>\n<html lang=en><title>" + http.StatusText(status) + "</title><h1>" + http.StatusText(status) + "</h1></html>",
	}
}

// Garbage is a success that is no XML at all.
func Garbage() Fault {
	return Fault{status: http.StatusOK, kind: saysBody, contentType: "text/xml", body: "\x00\x01\x02 not XML <<<"}
}

// Empty is a success without any body.
func Empty() Fault { return Fault{status: http.StatusOK, kind: saysBody, contentType: "text/xml"} }

// Truncated is an answer that ends in its middle.
func Truncated() Fault { return Fault{kind: breaksOff} }

// Hang is no answer until the client gives up.
func Hang() Fault { return Fault{kind: hangs} }

// Reset is a connection that is closed without an answer.
func Reset() Fault { return Fault{kind: resets} }

// EmptyPages is one empty page after the other, each with a new token.
func EmptyPages() Fault { return Fault{kind: emptyPages} }

// EmptyPage is one empty page with a token, ahead of a list that then comes whole.
func EmptyPage() Fault { return Fault{kind: emptyPage, Times: 1} }

// RepeatedToken is the same page again and again with the same token.
func RepeatedToken() Fault { return Fault{kind: repeatsToken} }

// due reports whether the fault strikes this request, and counts it.
func (f *Fault) due(region string) bool {
	if f.Region != "" && f.Region != region {
		return false
	}
	f.seen++
	return f.seen > f.After && (f.Times == 0 || f.seen <= f.After+f.Times)
}

// ofPages tells whether the fault is in how a list is cut into pages, each of which
// is an answer like others.
func (f *Fault) ofPages() bool {
	return f.kind == emptyPages || f.kind == emptyPage || f.kind == repeatsToken
}

// deniedCode is the word of each service for a missing permission.
func deniedCode(service string) string {
	switch {
	case service == "ec2":
		return "UnauthorizedOperation"
	case speaksJSON(service):
		return "AccessDeniedException"
	}
	return "AccessDenied"
}

// apiError is an answer that says no in AWS's form.
type apiError struct {
	status        int
	code, message string
}

func refuse(code, format string, args ...any) *apiError {
	return &apiError{status: http.StatusBadRequest, code: code, message: fmt.Sprintf(format, args...)}
}

// strike answers in place of the handler. healthy is what the handler would have
// answered.
func (f *Fault) strike(w http.ResponseWriter, r *http.Request, service string, healthy []byte) {
	switch f.kind {
	case saysError:
		code := f.code
		if code == "" {
			code = deniedCode(service)
		}
		writeError(w, service, &apiError{f.status, code, f.message})
	case saysBody:
		w.Header().Set("Content-Type", f.contentType)
		w.WriteHeader(f.status)
		_, _ = w.Write([]byte(f.body))
	case hangs:
		<-r.Context().Done()
	case resets:
		reset(w)
	case breaksOff:
		w.Header().Set("Content-Length", strconv.Itoa(len(healthy)))
		_, _ = w.Write(healthy[:len(healthy)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// reset closes the connection so that the client's system says "reset by peer".
func reset(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
			_ = conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}

// writeError writes an error in the form of the service.
func writeError(w http.ResponseWriter, service string, e *apiError) {
	if speaksJSON(service) {
		writeJSONError(w, e)
		return
	}
	var d document
	fill := func() {
		d.text("Code", e.code)
		d.text("Message", e.message)
	}
	if service == "ec2" {
		d.in("Response", func() {
			d.in("Errors", func() { d.in("Error", fill) })
			d.text("RequestID", requestID)
		})
	} else {
		d.in("ErrorResponse", func() {
			d.in("Error", fill)
			d.text("RequestId", requestID)
		})
	}
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(e.status)
	_, _ = bytes.NewReader(d.buffer.Bytes()).WriteTo(w)
}

const requestID = "00000000-0000-4000-8000-000000000000"
