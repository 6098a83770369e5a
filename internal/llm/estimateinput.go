package llm

import "bytes"

// imageTokens is what an image, or a file that is inlined, counts as when
// guessing.
const imageTokens = 1000

// EstimateInput guesses how many tokens a request body holds: one for each four
// bytes, and 1000 for each image or inlined file. Those are what a member
// image_url names, by whatever URL, and data URLs of media; the bytes of such a
// data URL count nothing more. Text that only looks like one counts its bytes.
func EstimateInput(body []byte) int64 {
	size, media := len(body), 0
	for rest := body; ; {
		start, end := nextMedia(rest)
		images, last := imageMembers(rest[:start])
		media += images
		if start == len(rest) {
			return int64(size+bytesPerToken-1)/bytesPerToken + int64(media)*imageTokens
		}
		size -= end - start
		if images == 0 || bytes.IndexByte(rest[last:start], '}') >= 0 {
			media++ // else it has been counted as the image_url it is in
		}
		rest = rest[end:]
	}
}

// What is searched for begins with a byte that is rare in texts, so that passing
// over these costs next to nothing.
var (
	base64Mark = []byte(";base64,")
	urlMark    = []byte(`_url"`)
	dataURL    = []byte(`"data:`)
	imageName  = []byte(`"image`)
)

// maxMediaType bounds what stands before the mark of a data URL, in bytes.
const maxMediaType = 64

// nextMedia is where the next string that is a data URL of media begins and ends;
// both are the length of data when there is none.
func nextMedia(data []byte) (start, end int) {
	for at := 0; ; {
		i := bytes.Index(data[at:], base64Mark)
		if i < 0 {
			return len(data), len(data)
		}
		at += i
		from := max(0, at-maxMediaType)
		start = from + bytes.LastIndexByte(data[from:at], '"')
		at += len(base64Mark)
		if start < from || !bytes.HasPrefix(data[start:], dataURL) || !inlines(data[:start]) ||
			!isMedia(data[start+len(dataURL):at-len(base64Mark)]) {
			continue
		}
		if size := base64Size(data[at:]); at+size < len(data) && data[at+size] == '"' {
			return start, at + size + 1
		}
	}
}

// imageMembers counts the members image_url, and says where the value of the
// last begins.
func imageMembers(data []byte) (n, last int) {
	for at := 0; ; {
		i := bytes.Index(data[at:], urlMark)
		if i < 0 {
			return n, last
		}
		at += i
		named := bytes.HasSuffix(data[:at], imageName)
		at += len(urlMark)
		if colon := space(data, at); named && colon < len(data) && data[colon] == ':' {
			n, last = n+1, colon
		}
	}
}

// inlines reports whether the value that follows head is that of a member that
// may hold a data URL. In a JSON string the quotes of the name would be escaped.
func inlines(head []byte) bool {
	head = trimSpace(head)
	if len(head) == 0 || head[len(head)-1] != ':' {
		return false
	}
	head = trimSpace(head[:len(head)-1])
	for _, name := range [...]string{`"url"`, `"file_data"`, `"image_url"`} {
		if before := len(head) - len(name); before >= 0 && string(head[before:]) == name {
			return before == 0 || head[before-1] != '\\'
		}
	}
	return false
}

// trimSpace is b without the JSON space at its end.
func trimSpace(b []byte) []byte {
	for n := len(b); n > 0; n-- {
		switch b[n-1] {
		case ' ', '\n', '\r', '\t':
		default:
			return b[:n]
		}
	}
	return nil
}

// isMedia reports whether a media type is one that models do not read as text.
// Anything else may be a prompt in disguise.
func isMedia(kind []byte) bool {
	top, rest, _ := bytes.Cut(kind, []byte("/"))
	top = bytes.TrimSuffix(top, []byte(`\`)) // PHP escapes slashes
	switch string(top) {
	case "image", "audio", "video":
		return true
	case "application":
		return string(rest) == "pdf"
	}
	return false
}

// base64Size is how many bytes a JSON string goes on with that are of either
// alphabet, slashes escaped or not.
func base64Size(b []byte) int {
	for i, c := range b {
		if !base64Bytes[c] && (c != '\\' || i+1 == len(b) || b[i+1] != '/') {
			return i
		}
	}
	return len(b)
}

var base64Bytes = func() (set [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=") {
		set[c] = true
	}
	return set
}()
