package catalogue

import "slices"

// Unit is something that providers charge for. Input counts uncached text and
// whatever else has no price of its own.
type Unit uint8

// The units. All but the last seven are tokens.
const (
	Input Unit = iota
	Output
	CacheRead
	CacheWrite // kept for 5 minutes, or for as long as the provider says
	CacheWrite1h
	AudioIn
	AudioOut
	CacheReadAudio
	ImageIn
	ImageOut
	CacheReadImage
	VideoIn
	VideoOut
	Reasoning
	Citation
	Request
	WebSearch
	FileSearch
	AudioSecond // of audio in or out
	Page        // of a document
	AnnotatedPage
	Message // of text, sent into a session billed by time
	unitCount
)

// unitNames are the units as the file spells them.
var unitNames = [unitCount]string{
	Input: "input", Output: "output",
	CacheRead: "cache_read", CacheWrite: "cache_write", CacheWrite1h: "cache_write_1h",
	AudioIn: "audio_in", AudioOut: "audio_out", CacheReadAudio: "cache_read_audio",
	ImageIn: "image_in", ImageOut: "image_out", CacheReadImage: "cache_read_image",
	VideoIn: "video_in", VideoOut: "video_out",
	Reasoning: "reasoning", Citation: "citation",
	Request: "request", WebSearch: "web_search", FileSearch: "file_search",
	AudioSecond: "audio_second", Page: "page", AnnotatedPage: "annotated_page", Message: "message",
}

// instead are the units whose price stands for one that has none, the first
// that has one: a class without a price of its own is billed as the class it is
// part of. A cached token costs no more than one that is not.
var instead = [unitCount][]Unit{
	CacheRead:      {Input},
	CacheWrite:     {Input},
	CacheWrite1h:   {CacheWrite, Input},
	AudioIn:        {Input},
	AudioOut:       {Output},
	CacheReadAudio: {AudioIn, CacheRead, Input},
	ImageIn:        {Input},
	ImageOut:       {Output},
	CacheReadImage: {ImageIn, CacheRead, Input},
	VideoIn:        {Input},
	VideoOut:       {Output},
	Reasoning:      {Output},
}

// Instead are the units whose price stands for that of u when it has none of its
// own, the first that has one. The slice is shared and must not be changed.
func (u Unit) Instead() []Unit {
	if u >= unitCount {
		return nil
	}
	return instead[u]
}

// String is the unit as the file spells it.
func (u Unit) String() string {
	if u >= unitCount {
		return "unknown unit"
	}
	return unitNames[u]
}

func unitNamed(s string) (Unit, bool) {
	i := slices.Index(unitNames[:], s)
	return Unit(max(i, 0)), i >= 0
}
