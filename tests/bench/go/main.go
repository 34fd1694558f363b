// The same four checks as a plain two-core Go program would make them, with crypto/x509 and one JSON
// report: what the bench holds certaudit against.
//
//	go build -o audit main.go && git cat-file --batch <ids | ./audit REPORT.json
package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"
)

var at = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

type finding struct {
	Policy  string `json:"policy"`
	Subject string `json:"subject"`
	Message string `json:"message"`
}

type verdicts struct {
	Subject  string    `json:"subject"`
	Owner    string    `json:"owner"`
	Findings []finding `json:"findings"`
}

func judge(cert *x509.Certificate) verdicts {
	name := cert.Subject.String()
	v := verdicts{Subject: name, Owner: "team", Findings: []finding{}}
	say := func(policy, message string) {
		v.Findings = append(v.Findings, finding{policy, name, message})
	}
	switch key := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() < 2048 {
			say("core/key_size", fmt.Sprintf("key.bits is %d", key.N.BitLen()))
		}
	case *ecdsa.PublicKey:
		if key.Params().BitSize < 256 {
			say("core/key_size", fmt.Sprintf("key.bits is %d", key.Params().BitSize))
		}
	}
	life := cert.NotAfter.Sub(cert.NotBefore) + time.Second
	if !cert.IsCA && life > 47*24*time.Hour {
		say("core/validity_max", fmt.Sprintf("validity is %s", life))
	}
	left := cert.NotAfter.Sub(at)
	switch {
	case left < 0:
		say("core/expiry", "in use and expired")
	case left < life/3 && left < 30*24*time.Hour:
		say("core/expiry", "expires soon")
	}
	if v.Owner == "" {
		say("core/owner_present", "nobody is named as owner")
	}
	return v
}

func work(blobs <-chan []byte, done *sync.WaitGroup, mu *sync.Mutex, all *[]verdicts) {
	defer done.Done()
	mine := make([]verdicts, 0, 1<<15)
	for blob := range blobs {
		for block, rest := pem.Decode(blob); block != nil; block, rest = pem.Decode(rest) {
			if block.Type != "CERTIFICATE" {
				continue
			}
			if cert, err := x509.ParseCertificate(block.Bytes); err == nil {
				mine = append(mine, judge(cert))
			}
		}
	}
	mu.Lock()
	*all = append(*all, mine...)
	mu.Unlock()
}

func main() {
	runtime.GOMAXPROCS(2)
	var done sync.WaitGroup
	var mu sync.Mutex
	var all []verdicts
	blobs := make(chan []byte, 1024)
	for i := 0; i < 2; i++ {
		done.Add(1)
		go work(blobs, &done, &mu, &all)
	}
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			break
		}
		var id, kind string
		var size int
		if n, _ := fmt.Sscanf(strings.TrimSpace(line), "%s %s %d", &id, &kind, &size); n != 3 {
			continue
		}
		blob := make([]byte, size+1)
		if _, err := io.ReadFull(in, blob); err != nil {
			break
		}
		blobs <- blob[:size]
	}
	close(blobs)
	done.Wait()
	out, err := os.Create(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer out.Close()
	if err := json.NewEncoder(out).Encode(all); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
