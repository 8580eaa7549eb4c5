// Command tlog reads what `airshed proof` publishes with the packages of the ecosystem and none of ours:
// golang.org/x/mod/sumdb (note, tlog: the authors' reference) and github.com/transparency-dev (formats, merkle).
//
//	tlog checkpoint FILE VKEY [WITNESS...]   a signed head, and cosignatures that must hold
//	tlog tiles FOLDER VKEY                   every tile and every entry under the signed head
//	tlog include FILE VKEY                   a tlog-proof whose extra is: hash before, blank, record
//	tlog consistent REQUEST OLD VKEY         an add-checkpoint request, and the checkpoint it continues
//	tlog cosign REQUEST OLD VKEY SKEY        as a witness does: the line over a head that continues the old one
//	tlog sign KEYFILE TEXT                   a note over a text, by a private key of ours
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/transparency-dev/formats/log"
	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func need(err error) {
	if err != nil {
		fmt.Println("no:", err)
		os.Exit(1)
	}
}

func read(path string) []byte {
	raw, err := os.ReadFile(path)
	need(err)
	return raw
}

func verifier(vkey string) note.Verifier {
	v, err := note.NewVerifier(vkey)
	need(err)
	return v
}

// The package takes a key of a witness in the form of a note's key, and makes the id of a witness of it.
func witness(vkey string) note.Verifier {
	name, rest, _ := strings.Cut(vkey, "+")
	id, encoded, _ := strings.Cut(rest, "+")
	key, err := base64.StdEncoding.DecodeString(encoded)
	need(err)
	key[0] = 1
	v, err := fnote.NewVerifierForCosignatureV1(name + "+" + id + "+" + base64.StdEncoding.EncodeToString(key))
	need(err)
	return v
}

func head(raw []byte, vkey string, others ...note.Verifier) (*log.Checkpoint, *note.Note) {
	v := verifier(vkey)
	cp, _, n, err := log.ParseCheckpoint(raw, v.Name(), v, others...)
	need(err)
	return cp, n
}

func hashes(lines string) [][]byte {
	var all [][]byte
	for _, line := range strings.Split(lines, "\n") {
		if line != "" {
			hash, err := base64.StdEncoding.DecodeString(line)
			need(err)
			all = append(all, hash)
		}
	}
	return all
}

type folder string

func (folder) Height() int                     { return 8 }
func (folder) SaveTiles([]tlog.Tile, [][]byte) {}
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		// The height of the tiles is 8 in every tlog-tiles log and is not in the path.
		raw, err := os.ReadFile(filepath.Join(string(f), strings.Replace(t.Path(), "tile/8/", "tile/", 1)))
		if err != nil {
			return nil, err
		}
		all = append(all, raw)
	}
	return all, nil
}

func tiles(where, vkey string) {
	cp, _ := head(read(filepath.Join(where, "checkpoint")), vkey)
	tree := tlog.Tree{N: int64(cp.Size)}
	copy(tree.Hash[:], cp.Hash)
	reader := tlog.TileHashReader(tree, folder(where)) // it authenticates every tile against the root
	size := int64(cp.Size)
	for at := int64(0); at < size; at += 256 {
		t := tlog.Tile{H: 8, L: 0, N: at / 256, W: int(min(256, size-at))}
		path := strings.Replace(t.Path(), "tile/8/0/", "tile/entries/", 1)
		packed := read(filepath.Join(where, path))
		for n := at; n < at+int64(t.W); n++ {
			length := int(binary.BigEndian.Uint16(packed))
			entry := packed[2 : 2+length]
			packed = packed[2+length:]
			found, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, n)})
			need(err)
			if found[0] != tlog.RecordHash(entry) {
				need(fmt.Errorf("entry %d is not what the tile says", n))
			}
			if n == size-1 {
				fmt.Printf("last %s\n", entry)
			}
		}
		if len(packed) != 0 {
			need(fmt.Errorf("%s is longer than its entries", path))
		}
	}
	root, err := tlog.TreeHash(size, reader)
	need(err)
	fmt.Printf("ok %d entries, root %s\n", size, root)
}

func include(raw []byte, vkey string) {
	above, checkpoint, _ := strings.Cut(string(raw), "\n\n")
	lines := strings.SplitN(above, "\n", 4)
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		need(fmt.Errorf("is no tlog-proof"))
	}
	extra, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	need(err)
	index, err := strconv.ParseUint(strings.TrimPrefix(lines[2], "index "), 10, 64)
	need(err)
	path := ""
	if len(lines) > 3 {
		path = lines[3]
	}
	cp, _ := head([]byte(checkpoint), vkey)
	chained := sha256.Sum256(append(append([]byte{}, extra[:64]...), extra[65:]...))
	entry := []byte(fmt.Sprintf("%d:%x", index+1, chained))
	need(proof.VerifyInclusion(rfc6962.DefaultHasher, index, cp.Size, rfc6962.DefaultHasher.HashLeaf(entry), hashes(path), cp.Hash))
	var record tlog.RecordProof
	for _, hash := range hashes(path) {
		record = append(record, tlog.Hash(hash))
	}
	need(tlog.CheckRecord(record, int64(cp.Size), tlog.Hash(cp.Hash), int64(index), tlog.RecordHash(entry)))
	fmt.Printf("ok record %s under %d\n", entry[:bytes.IndexByte(entry, ':')], cp.Size)
}

func consistent(request, old []byte, vkey string) {
	above, checkpoint, _ := strings.Cut(string(request), "\n\n")
	first, path, _ := strings.Cut(above, "\n")
	before, _ := head(old, vkey)
	after, _ := head([]byte(checkpoint), vkey)
	if first != fmt.Sprintf("old %d", before.Size) {
		need(fmt.Errorf("%s, and the old checkpoint has %d", first, before.Size))
	}
	need(proof.VerifyConsistency(rfc6962.DefaultHasher, before.Size, after.Size, hashes(path), before.Hash, after.Hash))
	var steps tlog.TreeProof
	for _, hash := range hashes(path) {
		steps = append(steps, tlog.Hash(hash))
	}
	need(tlog.CheckTree(steps, int64(after.Size), tlog.Hash(after.Hash), int64(before.Size), tlog.Hash(before.Hash)))
	fmt.Printf("ok %d is the beginning of %d\n", before.Size, after.Size)
}

func cosign(request []byte, skey string) {
	_, checkpoint, _ := strings.Cut(string(request), "\n\n")
	signer, err := fnote.NewSignerForCosignatureV1(skey)
	need(err)
	text, _, _ := strings.Cut(checkpoint, "\n\n")
	signed, err := note.Sign(&note.Note{Text: text + "\n"}, signer)
	need(err)
	_, lines, _ := strings.Cut(string(signed), "\n\n")
	fmt.Print(lines)
}

func main() {
	words := os.Args[2:]
	switch os.Args[1] {
	case "checkpoint":
		var others []note.Verifier
		for _, vkey := range words[2:] {
			others = append(others, witness(vkey))
		}
		cp, n := head(read(words[0]), words[1], others...)
		if len(n.Sigs) != 1+len(others) {
			need(fmt.Errorf("%d signatures hold, not %d", len(n.Sigs), 1+len(others)))
		}
		fmt.Printf("ok %s %d, %d signatures\n", cp.Origin, cp.Size, len(n.Sigs))
	case "tiles":
		tiles(words[0], words[1])
	case "include":
		include(read(words[0]), words[1])
	case "consistent":
		consistent(read(words[0]), read(words[1]), words[2])
	case "cosign":
		consistent(read(words[0]), read(words[1]), words[2])
		cosign(read(words[0]), words[3])
	case "sign":
		signer, err := note.NewSigner(strings.TrimSpace(string(read(words[0]))))
		need(err)
		signed, err := note.Sign(&note.Note{Text: string(read(words[1]))}, signer)
		need(err)
		os.Stdout.Write(signed)
	}
}
