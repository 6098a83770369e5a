package llm

import (
	"strings"
	"testing"
)

func TestEstimateInput(t *testing.T) {
	image := "data:image/png;base64," + strings.Repeat("A", 100000)
	words := strings.Repeat("word ", 20000)
	tests := map[string]struct {
		body string
		want int64
	}{
		"nothing":                             {"", 0},
		"text":                                {"123456789", 3},
		"a data URL":                          {`{"url":"` + image + `"}`, 1002},
		"a data URL with spaces around":       {`{"url" : ` + "\n\t" + `"` + image + `"}`, 1003},
		"a file":                              {`{"file_data":"data:application/pdf;base64,JVBERi0="}`, 1004},
		"escaped slashes":                     {`{"url":"data:image\/png;base64,AA\/\/AA=="}`, 1002},
		"two data URLs":                       {`{"url":"` + image + `"},{"url":"` + image + `"}`, 2005},
		"an image_url is counted once":        {`{"image_url":{"detail":"low","url":"` + image + `"}}`, 1010},
		"an image_url that is a string":       {`{"image_url":"` + image + `"}`, 1004},
		"an image by its address":             {`{"type":"image_url","image_url":{"url":"https://a.example/b.png"}}`, 1017},
		"an address and a data URL elsewhere": {`{"image_url":{"url":"https://a"}},{"video_url":{"url":"` + image + `"}}`, 2014},
		"ten images by address":               {strings.Repeat(`{"image_url":{"url":"http://x"}},`, 10), 10083},
		"text about a data":                   {`data: 12`, 2},
		"a data URL cut":                      {`"data:image`, 3},
		"text that begins like a data URL":    {`{"content":"data:` + words + `"}`, 25005},
		"text in a url":                       {`{"url":"data:` + words + `"}`, 25004},
		"text after a proper head":            {`{"url":"data:image/png;base64,` + words + `"}`, 25008},
		"text as a file":                      {`{"file_data":"data:text/plain;base64,` + strings.Repeat("word", 25000) + `"}`, 25010},
		"JSON as a file":                      {`{"file_data":"data:application/json;base64,` + strings.Repeat("word", 25000) + `"}`, 25012},
		"a data URL as text":                  {`{"content":"` + image + `"}`, 25009},
		"a data URL in a list":                {`["` + image + `"]`, 25007},
		"a data URL quoted in a text":         {`{"content":"\"url\":\"` + image + `\""}`, 25012},
		"a name that ends like url":           {`{"x\"url":"` + image + `"}`, 25009},
		"a data URL quoted by its type only":  {`{"url":"data:image/png,` + strings.Repeat("A", 100) + `"}`, 32},
		"a longer name":                       {`{"my_url":"` + image + `"}`, 25009},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := EstimateInput([]byte(tt.body)); got != tt.want {
				t.Errorf("EstimateInput = %d, want %d", got, tt.want)
			}
		})
	}
}

func FuzzEstimateInput(f *testing.F) {
	f.Add([]byte(`{"image_url":{"url" : "data:image\/png;base64,AA\/A"}},"file_data":"data:application/pdf;base64,AA"`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if n := EstimateInput(body); n < 0 || n > int64(len(body)+imageTokens*(len(body)/10+1)) {
			t.Fatalf("%d of %q", n, body)
		}
	})
}

func BenchmarkEstimateInput(b *testing.B) {
	head := `{"model":"gpt-4o-mini","temperature":0.7,"messages":[{"role":"system","content":"You are of help."},{"role":"user","content":"`
	for name, body := range map[string]string{
		"text":  head + strings.Repeat("some words of a text, ", 40) + `"}]}`,
		"image": head + `"},{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,` + strings.Repeat("iVBO", 25000) + `"}}]}]}`,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			data := []byte(body)
			for b.Loop() {
				EstimateInput(data)
			}
		})
	}
}
