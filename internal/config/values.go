package config

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/claviger/claviger/internal/secret"
)

func text(field func(*Config) *string) func(*Config, string) error {
	return func(c *Config, v string) error {
		if strings.TrimSpace(v) == "" || strings.ContainsRune(v, 0) {
			return errors.New("must not be empty")
		}
		*field(c) = v
		return nil
	}
}

func confidential(field func(*Config) *secret.String) func(*Config, string) error {
	return func(c *Config, v string) error {
		*field(c) = secret.New(v)
		return nil
	}
}

// The bounds of a key that an operator chooses, in characters.
const (
	minKey = 32
	maxKey = 1024
)

func bootstrapKey(field func(*Config) *secret.String) func(*Config, string) error {
	return func(c *Config, v string) error {
		switch {
		case len(v) < minKey:
			return fmt.Errorf("must have at least %d characters", minKey)
		case len(v) > maxKey:
			return fmt.Errorf("must have at most %d characters", maxKey)
		case strings.ContainsFunc(v, func(r rune) bool { return r <= ' ' || r > '~' }):
			return errors.New("may hold printable ASCII characters without spaces only: it travels in a header")
		}
		*field(c) = secret.New(v)
		return nil
	}
}

func setListen(c *Config, v string) error {
	_, port, err := net.SplitHostPort(v)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fmt.Errorf("%q is not an address of the form HOST:PORT", v)
	}
	c.Listen = v
	return nil
}

// setDatabase repeats nothing of the value, nor of errors about it: both may
// hold a password.
func setDatabase(c *Config, v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return errors.New("must be a URL that begins with postgres://")
	}
	c.DatabaseURL = secret.New(v)
	return nil
}

func email(field func(*Config) *string) func(*Config, string) error {
	return func(c *Config, v string) error {
		a, err := mail.ParseAddress(v)
		if err != nil || a.Address != v {
			return fmt.Errorf("%q is not an e-mail address", v)
		}
		*field(c) = v
		return nil
	}
}

var units = []struct {
	suffix string
	bytes  int64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}, {"", 1}}

func size(field func(*Config) *int64) func(*Config, string) error {
	return func(c *Config, v string) error {
		for _, u := range units {
			number, ok := strings.CutSuffix(v, u.suffix)
			if !ok {
				continue
			}
			n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
			if err != nil || n <= 0 || n > math.MaxInt64/u.bytes {
				break
			}
			*field(c) = n * u.bytes
			return nil
		}
		return fmt.Errorf("%q is not a size above zero, such as 32MiB", v)
	}
}

func duration(field func(*Config) *time.Duration) func(*Config, string) error {
	return func(c *Config, v string) error {
		d, err := time.ParseDuration(v)
		if err != nil || d <= 0 {
			return fmt.Errorf("%q is not a duration above zero, such as 30s", v)
		}
		*field(c) = d
		return nil
	}
}

func durationOrNone(field func(*Config) *time.Duration) func(*Config, string) error {
	return func(c *Config, v string) error {
		d, err := time.ParseDuration(v)
		if err != nil || d < 0 {
			return fmt.Errorf("%q is not a duration of zero or more, such as 5s", v)
		}
		*field(c) = d
		return nil
	}
}

func setMaxRequests(c *Config, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return fmt.Errorf("%q is not a number of zero or more", v)
	}
	c.MaxRequests = n
	return nil
}

func yes(field func(*Config) *bool) func(*Config, string) error {
	return func(c *Config, v string) error {
		b, err := strconv.ParseBool(v)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", v)
		}
		*field(c) = b
		return nil
	}
}

func setLevel(c *Config, v string) error {
	for _, l := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		if strings.EqualFold(v, l.String()) {
			c.LogLevel = l
			return nil
		}
	}
	return fmt.Errorf("%q is none of debug, info, warn and error", v)
}

func setFormat(c *Config, v string) error {
	if v != "text" && v != "json" {
		return fmt.Errorf("%q is neither text nor json", v)
	}
	c.LogFormat = v
	return nil
}
