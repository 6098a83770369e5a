package llm

import (
	"bytes"
	"io"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	claviger "github.com/claviger/claviger"
)

// Scan reads the whole of a request body once. It refuses what two JSON parsers
// could understand differently: names that occur twice (also when written with
// escapes, and at any depth), invalid UTF-8, anything after the object, and
// names that differ only in case from those Scan reads; and it refuses values
// of the wrong type in those. The error is a [*claviger.Error] of code Invalid
// that names every problem by path and repeats no value. Objects of more than
// 10,000 members are refused too.
func Scan(body []byte) (Request, error) {
	return ScanWithin(body, func(int64) error { return nil })
}

// ScanWithin is [Scan] for a body whose names may take much memory while it is
// read: then room is first asked for so many bytes, and its error returned.
func ScanWithin(body []byte, room func(bytes int64) error) (Request, error) {
	large := false
	if !plainBody(body) {
		need, tooMany := measure(body)
		if tooMany != "" {
			return Request{}, claviger.Problems{{Path: tooMany, Message: tooManyMembers}}.Err()
		}
		if large = need > maxKept; large {
			if err := room(need); err != nil {
				return Request{}, err
			}
		}
	}
	s := scanners.Get().(*scanner)
	r := s.scan(body)
	problems := s.problems
	if !large {
		s.release()
	}
	return r, problems.Err()
}

// scanner is the state of one Scan. Scanners are pooled: a decoder keeps its
// stacks of names between uses.
type scanner struct {
	decoder  *jsontext.Decoder
	source   bytes.Buffer
	problems claviger.Problems
	request  Request
	scratch  []byte // the model's name, decoded
}

// maxScratch is the largest scratch buffer kept between uses, in bytes.
const maxScratch = 1 << 10

// maxKept is the most that a scanner keeps for the tables of its decoder, in
// bytes, as far as they were measured.
const maxKept = 64 << 10

var scanners = sync.Pool{New: func() any {
	return &scanner{decoder: jsontext.NewDecoder(new(bytes.Buffer))}
}}

// release gives s back without a reference to the body.
func (s *scanner) release() {
	s.source, s.problems, s.request = bytes.Buffer{}, nil, Request{}
	s.decoder.Reset(&s.source)
	if cap(s.scratch) > maxScratch {
		s.scratch = nil
	}
	scanners.Put(s)
}

func (s *scanner) scan(body []byte) Request {
	// The decoder reads a bytes.Buffer in place, so offsets are into body.
	s.source = *bytes.NewBuffer(body)
	s.decoder.Reset(&s.source)
	s.request = Request{Body: body, Choices: 1, Input: EstimateInput(body)}
	if s.decoder.PeekKind() != '{' {
		if _, err := s.decoder.ReadValue(); err != nil {
			s.syntax(err)
		} else {
			s.problems.Add("body", "must be a JSON object")
		}
		return s.request
	}
	if err := s.object("", s.field); err != nil {
		s.syntax(err)
	} else if _, err := s.decoder.ReadToken(); err != io.EOF {
		s.problems.Add("body", "must end after the JSON object")
	}
	return s.request
}

// object reads an object and gives each member that could be one of ours to
// visit, which reads the value unless it returns false.
func (s *scanner) object(prefix string, visit func(name string) (bool, error)) error {
	if _, err := s.decoder.ReadToken(); err != nil {
		return err
	}
	for s.decoder.PeekKind() != '}' {
		name, err := s.decoder.ReadValue()
		if err != nil {
			return err
		}
		read := false
		if known, exact := policed(name); exact {
			read, err = visit(known)
		} else if known != "" {
			s.problems.Add(prefix+known, "must be written in lower case")
		}
		if err == nil && !read {
			_, err = s.decoder.ReadValue()
		}
		if err != nil {
			return err
		}
	}
	_, err := s.decoder.ReadToken()
	return err
}

// field reads the value of a top-level member.
func (s *scanner) field(name string) (bool, error) {
	r := &s.request
	if name == "stream_options" && s.decoder.PeekKind() == '{' {
		start := int(s.decoder.InputOffset())
		err := s.object("stream_options.", s.option)
		end := int(s.decoder.InputOffset())
		if err == nil {
			start += bytes.IndexByte(r.Body[start:end], '{') // after colon and space
			r.Options = Span{start, end}
		}
		return true, err
	}
	if name == "include_usage" {
		return false, nil // it means something inside stream_options only
	}
	value, at, err := s.value()
	if err != nil {
		return true, err
	}
	kind := value.Kind()
	switch {
	case name == "model":
		if kind != '"' {
			s.problems.Add(name, "must be a string")
			break
		}
		// The decoder has checked the string, so this cannot fail.
		s.scratch, _ = jsontext.AppendUnquote(s.scratch[:0], value)
		r.Model, r.ModelAt = string(s.scratch), at
	case name == "models":
		r.Models = kind != 'n'
	case name == "stream":
		if kind != 't' && kind != 'f' && kind != 'n' {
			s.problems.Add(name, "must be true or false")
		}
		r.Stream, r.StreamAt = kind == 't', at
	case name == "stream_options":
		if kind != 'n' {
			s.problems.Add(name, "must be an object")
		}
		r.Options = at
	case kind == 'n':
	default:
		n, ok := wholeNumber(value)
		if !ok {
			s.problems.Add(name, "must be a whole number, 0 or more")
		} else if name == "n" {
			r.Choices = max(n, 1)
		} else {
			r.MaxOutput = max(n, r.MaxOutput)
			r.MaxTokensSaid = r.MaxTokensSaid || name == "max_tokens"
		}
	}
	return true, nil
}

// option reads the value of a member of stream_options.
func (s *scanner) option(name string) (bool, error) {
	if name != "include_usage" {
		return false, nil
	}
	value, at, err := s.value()
	if err != nil {
		return true, err
	}
	kind := value.Kind()
	if kind != 't' && kind != 'f' && kind != 'n' {
		s.problems.Add("stream_options.include_usage", "must be true or false")
	}
	s.request.IncludeUsage, s.request.UsageAt = kind == 't', at
	return true, nil
}

// value reads one value and says where it is.
func (s *scanner) value() (jsontext.Value, Span, error) {
	value, err := s.decoder.ReadValue()
	end := int(s.decoder.InputOffset())
	return value, Span{end - len(value), end}, err
}

// wholeNumber reads a JSON number that is whole and not negative. Numbers such
// as 12.0 and 1e3 are whole too; what does not fit is not.
func wholeNumber(value jsontext.Value) (int64, bool) {
	if value.Kind() != '0' {
		return 0, false
	}
	if n, err := strconv.ParseInt(string(value), 10, 64); err == nil {
		return n, n >= 0
	}
	f, err := strconv.ParseFloat(string(value), 64)
	if err != nil || f < 0 || f > 1<<53 || f != float64(int64(f)) {
		return 0, false
	}
	return int64(f), true
}
