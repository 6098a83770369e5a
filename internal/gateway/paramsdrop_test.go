package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/claviger/claviger/internal/gateway"
)

// Leaving out all paths at once comes to the same as one after the other, each
// counted in the body that was sent.
func TestPathsLeaveOutWhatTheyLeadTo(t *testing.T) {
	names := rapid.SampledFrom([]string{"a", "b"})
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		plain := rapid.Map(rapid.IntRange(0, 9), func(n int) any { return float64(n) })
		if depth == 0 {
			return plain
		}
		return rapid.OneOf(plain,
			rapid.Map(rapid.SliceOfN(value(depth-1), 0, 4), func(v []any) any { return v }),
			rapid.Map(rapid.MapOfN(names, value(depth-1), 0, 2), func(v map[string]any) any { return v }))
	}
	path := rapid.Custom(func(t *rapid.T) string {
		steps := rapid.SliceOfN(rapid.SampledFrom([]string{".a", ".b", "[*]", "[0]", "[2]"}), 0, 4).Draw(t, "steps")
		return names.Draw(t, "first") + strings.Join(steps, "")
	})
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.MapOf(names, value(4)).Draw(t, "body")
		paths := rapid.SliceOfN(path, 1, 6).Draw(t, "paths")
		got, err := gateway.Apply(fmt.Sprintf(`{"drop_params":%s}`, must(json.Marshal(paths))), must(json.Marshal(body)))
		if err != nil {
			t.Fatal(err)
		}
		dropped := map[string]bool{}
		for _, p := range paths {
			dropped[p] = true
		}
		want := must(json.Marshal(without(body, "", func(at string) bool { return dropped[at] })))
		var said, meant any
		if json.Unmarshal(got, &said) != nil || json.Unmarshal(want, &meant) != nil || !reflect.DeepEqual(said, meant) {
			t.Fatalf("%s\nwithout %q is\n%s, not\n%s", must(json.Marshal(body)), paths, want, got)
		}
	})
}

// without leaves out what has a name among those dropped. Each place has all names
// that lead to it: of an element both by its number and by the star.
func without(v any, at string, dropped func(string) bool) any {
	return withoutAll(v, []string{at}, dropped)
}

func withoutAll(v any, at []string, dropped func(string) bool) any {
	below := func(steps ...string) (names []string, gone bool) {
		for _, name := range at {
			for _, step := range steps {
				name := strings.TrimPrefix(name+step, ".")
				names, gone = append(names, name), gone || dropped(name)
			}
		}
		return names, gone
	}
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, value := range v {
			if names, gone := below("." + name); !gone {
				out[name] = withoutAll(value, names, dropped)
			}
		}
		return out
	case []any:
		out := []any{}
		for i, value := range v {
			if names, gone := below("[*]", fmt.Sprintf("[%d]", i)); !gone {
				out = append(out, withoutAll(value, names, dropped))
			}
		}
		return out
	}
	return v
}

func TestAHundredPathsAndParametersAreNotTooMany(t *testing.T) {
	config := `{"provider":"@a","drop_params":[` + strings.Repeat(`"a[*].b[0].c[*]",`, 99) + `"c"],"default_params":{` + hundred() + `}}`
	if err := gateway.CheckConfig(config); err != nil {
		t.Error(err)
	}
}

func TestABodyNobodyWaitsForIsChangedNoFurther(t *testing.T) {
	ctx, stop := context.WithCancelCause(context.Background())
	left := errors.New("left")
	stop(left)
	body := []byte(`{"a":[` + strings.Repeat(`{"b":1},`, 100_000) + `0]}`)
	if out, err := gateway.ApplyIn(ctx, `{"drop_params":["a[*].c"]}`, body); !errors.Is(err, left) || len(out) > len(body)/10 {
		t.Errorf("%d of %d bytes: %v", len(out), len(body), err)
	}
}

// The work for each element does not grow with the paths.
func BenchmarkDrop(b *testing.B) {
	body := []byte(`{"model":"m","a":[` + strings.Repeat(`{"q":0},`, 10_000) + `0]}`)
	for _, n := range []int{1, 100} {
		paths := make([]string, n)
		for i := range paths {
			paths[i] = fmt.Sprintf("a[*].x%d", i)
		}
		config := fmt.Sprintf(`{"drop_params":%s}`, must(json.Marshal(paths)))
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := gateway.Apply(config, body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
