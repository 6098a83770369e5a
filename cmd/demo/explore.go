package main

import (
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

var invitation = template.Must(template.New("invitation").Parse(`
Claviger keeps running for you to explore. Ctrl-C ends it and removes its store.

  base URL       {{.URL}}/v1
  API docs       {{.URL}}/docs
  admin key      {{.Admin}}
  workspace key  {{.Key}}

Chat:
  curl {{.URL}}/v1/chat/completions \
    -H 'x-portkey-api-key: {{.Key}}' -H 'content-type: application/json' \
    -d '{"model":"@{{.Slug}}/{{.Model}}","messages":[{"role":"user","content":"Hello"}]}'

See what was used:
  curl {{.URL}}/v1/usage/entries -H 'x-portkey-api-key: {{.Admin}}'

Python, pip install openai:
  from openai import OpenAI
  client = OpenAI(base_url="{{.URL}}/v1", api_key="{{.Key}}")
  print(client.chat.completions.create(model="@{{.Slug}}/{{.Model}}",
      messages=[{"role": "user", "content": "Hello"}]).choices[0].message.content)

Node, npm install portkey-ai:
  import Portkey from 'portkey-ai';
  const client = new Portkey({ baseURL: '{{.URL}}/v1', apiKey: '{{.Key}}', provider: '@{{.Slug}}' });
  const answer = await client.chat.completions.create({ model: '{{.Model}}',
    messages: [{ role: 'user', content: 'Hello' }] });
  console.log(answer.choices[0].message.content);
`))

// invite says how to go on. The keys are shown on a terminal only; elsewhere
// they go to a file that its owner alone can read.
func (t *tour) invite(terminal bool, folder string) error {
	var b strings.Builder
	err := invitation.Execute(&b, map[string]string{
		"URL": t.server.url, "Admin": t.server.adminKey, "Key": t.key, "Slug": slug, "Model": t.model.model,
	})
	if err != nil {
		return err
	}
	if terminal {
		_, err := os.Stdout.WriteString(b.String())
		return err
	}
	file := filepath.Join(folder, "explore.txt")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		return err
	}
	t.out.say("Claviger keeps running; its keys and calls to paste are in %s", file)
	return nil
}
