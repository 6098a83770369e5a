package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/claviger/claviger/test/harness"
	"github.com/claviger/claviger/test/upstream"
)

// snippet is a block of code in a page.
var snippet = regexp.MustCompile("(?s)```(python|js)\n(.*?)```")

// TestTheSnippetsOfTheReadmeRun runs each as it is written; only the server is
// where this test has it, and the keys are given before.
func TestTheSnippetsOfTheReadmeRun(t *testing.T) {
	harness.Require(t)
	page, err := os.ReadFile(filepath.Join(harness.Root(), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	server, scripted := harness.Start(t, harness.Config{}), upstream.New(t)
	providerKey := "sk-scripted-" + harness.RandomHex(24)
	server.Integrate("openai", map[string]any{
		"ai_provider_id": "openai", "key": providerKey, "configurations": map[string]any{"custom_host": scripted.URL},
	})
	found := map[string]int{}
	for _, match := range snippet.FindAllStringSubmatch(string(page), -1) {
		language, code := match[1], strings.ReplaceAll(match[2], "http://127.0.0.1:8787", server.URL)
		found[language]++
		t.Run(fmt.Sprintf("%s %d", language, found[language]), func(t *testing.T) {
			keys := fmt.Sprintf("CALLER = %q; ADMIN = %q\n", server.WorkspaceKey, server.AdminKey)
			command := []string{filepath.Join(harness.Root(), ".cache", "venv", "bin", "python"), "-"}
			if language == "js" {
				command = []string{"node", "--input-type=module", "-"}
				keys = "const " + strings.Replace(keys, "; ", ", ", 1)
			}
			before := len(scripted.Seen())
			cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
			cmd.Dir = filepath.Join(harness.Root(), "test", "node") // where the packages are
			cmd.Stdin = strings.NewReader(keys + code)
			out, err := cmd.CombinedOutput()
			if err != nil || strings.Contains(string(out), providerKey) {
				t.Fatalf("%v\n%s", err, out)
			}
			if len(scripted.Seen()) == before {
				t.Errorf("the provider was not called:\n%s", out)
			}
			if strings.Contains(code, "print(") && !strings.Contains(string(out), "masked") {
				t.Errorf("it printed %s", out)
			}
		})
	}
	if found["python"] < 2 || found["js"] < 1 {
		t.Errorf("snippets found: %v", found)
	}
}
