/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Framing, pings, reserved bits and opcodes, fragments.
 */
#include "wsrows.h"

static const WsRow framing[] = {
  { "text 0", "T:", "T:", "open" },
  { "text 125", "T:*125", "T:*125", "open" },
  { "text 126", "T:*126", "T:*126", "open" },
  { "text 127", "T:*127", "T:*127", "open" },
  { "text 128", "T:*128", "T:*128", "open" },
  { "text 65535", "T:*65535", "T:*65535", "open" },
  { "text 65536", "T:*65536", "T:*65536", "open" },
  { "binary 0", "B:", "B:", "open" },
  { "binary 125", "B:*125", "B:*125", "open" },
  { "binary 126", "B:*126", "B:*126", "open" },
  { "binary 127", "B:*127", "B:*127", "open" },
  { "binary 128", "B:*128", "B:*128", "open" },
  { "binary 65535", "B:*65535", "B:*65535", "open" },
  { "binary 65536", "B:*65536", "B:*65536", "open" },
  { "one after the other", "T:a T:b B:c T: T:d", "T:a T:b B:c T: T:d", "open" },
  { "16 bit where 7 would do", "T:a T/16:b T:c", "T:a", "breach 1002" },
  { "64 bit where 7 would do", "T/64:b T:c", "", "breach 1002" },
  { "64 bit where 16 would do", "T/64:*200 T:c", "", "breach 1002" },
  { "masked", "T:a T/m:b T:c", "T:a", "breach 1002" },
  { "masked and empty", "T/m: T:c", "", "breach 1002" },
  { "masked ping", "P/m:x T:c", "", "breach 1002" },
  { "masked close", "X/m:1000 T:c", "", "breach 1002" },
  { "too large, behind one that is not",
      "T:a B:b R:%81%7F%80%00%00%00%00%00%00%00 T:c", "T:a B:b",
      "breach 1009" },
  { "2^63", "R:%81%7F%80%00%00%00%00%00%00%00 T:c", "", "breach 1009" },
  { "2^64-1", "R:%81%7F%FF%FF%FF%FF%FF%FF%FF%FF T:c", "", "breach 1009" },
  { "2^62", "R:%82%7F%40%00%00%00%00%00%00%00 T:c", "", "breach 1009" },
  { "16 MiB and one", "R:%81%7F%00%00%00%00%01%00%00%01 T:c", "",
      "breach 1009" },
};

static const WsRow pings[] = {
  { "empty", "P: T:a", "T:a", "open", 1 },
  { "text", "P:Hello T:a", "T:a", "open", 1 },
  { "bytes", "P:%00%FF%FE%FD%FC%FB%00%FF T:a", "T:a", "open", 1 },
  { "125", "P:*125 T:a", "T:a", "open", 1 },
  { "126", "P:*126 T:a", "", "breach 1002" },
  { "65536", "P:*65536 T:a", "", "breach 1002" },
  { "ten", "P:1 P:2 P:3 P:4 P:5 P:6 P:7 P:8 P:9 P:10 T:a", "T:a", "open", 10 },
  { "pong unasked", "O: T:a", "T:a", "open" },
  { "pong unasked with payload", "O:unasked T:a", "T:a", "open" },
  { "pong, ping, pong", "O:x P:y O:z T:a", "T:a", "open", 1 },
  { "pong 126", "O:*126 T:a", "", "breach 1002" },
  { "pong 126, behind a text", "T:a O:*126 T:b", "T:a", "breach 1002" },
  { "fragmented ping", "p:x C:y T:a", "", "breach 1002" },
  { "fragmented pong", "o:x C:y T:a", "", "breach 1002" },
};

static const WsRow reserved[] = {
  { "bit 1", "T/r1:a T:b", "", "breach 1002" },
  { "bit 2", "T:a T/r2:b T:c", "T:a", "breach 1002" },
  { "bits 3", "T:a T/r3:b P: T:c", "T:a", "breach 1002" },
  { "bit 4, as compression would", "T/r4:a T:b", "", "breach 1002" },
  { "bits 5 of a binary", "B/r5:a T:b", "", "breach 1002" },
  { "bits 6 of a ping", "P/r6:a T:b", "", "breach 1002" },
  { "bits 7 of a close", "X/r7:1000 T:b", "", "breach 1002" },
  { "bit 4 of a continuation", "t:a C/r4:b T:c", "", "breach 1002" },
  { "opcode 3", "3:x T:a", "", "breach 1002" },
  { "opcode 4", "T:a 4:x T:b", "T:a", "breach 1002" },
  { "opcode 5 in a message", "t:a 5:x C:b T:c", "", "breach 1002" },
  { "opcode 6", "6:*126 T:a", "", "breach 1002" },
  { "opcode 7", "7: T:a", "", "breach 1002" },
  { "opcode 11", "11: T:a", "", "breach 1002" },
  { "opcode 12", "12:x T:a", "", "breach 1002" },
  { "opcode 13", "T:a 13:x T:b", "T:a", "breach 1002" },
  { "opcode 14 in a message", "t:a 14:x C:b T:c", "", "breach 1002" },
  { "opcode 15", "15:x T:a", "", "breach 1002" },
};

static const WsRow fragments[] = {
  { "two", "t:a C:b", "T:ab", "open" },
  { "two, binary", "b:%00 C:%FF", "B:%00%FF", "open" },
  { "empty ones", "t: c: C:", "T:", "open" },
  { "an empty last", "t:a C:", "T:a", "open" },
  { "an empty first", "t: C:a", "T:a", "open" },
  { "five", "t:a c:b c:c c:d C:e", "T:abcde", "open" },
  { "ping between", "t:a P:x C:b", "T:ab", "open", 1 },
  { "pong between", "t:a O:x C:b", "T:ab", "open" },
  { "pings between", "t:a P:1 c:b P:2 c:c P:3 C:d", "T:abcd", "open", 3 },
  { "two messages", "t:a C:b t:c C:d", "T:ab T:cd", "open" },
  { "text and binary", "t:a C:b b:c C:d", "T:ab B:cd", "open" },
  { "continuation of nothing", "C:a T:b", "", "breach 1002" },
  { "continuation of nothing, without end", "c:a T:b", "", "breach 1002" },
  { "continuation behind a whole", "T:a C:b T:c", "T:a", "breach 1002" },
  { "continuation behind a last", "t:a C:b C:c T:d", "T:ab", "breach 1002" },
  { "text in a message", "t:a T:b C:c T:d", "", "breach 1002" },
  { "binary in a message", "t:a B:b C:c T:d", "", "breach 1002" },
  { "text in a binary", "b:a T:b C:c T:d", "", "breach 1002" },
  { "another first", "t:a t:b C:c T:d", "", "breach 1002" },
  { "close in a message", "t:a X:1000 C:b", "", "closed 1000" },
  { "large ones", "t:*65536 c:*65535 C:*126", "T:*131197", "open" },
};

WS_SECTION (ws_framing, "framing", framing);
WS_SECTION (ws_pings, "pings", pings);
WS_SECTION (ws_reserved, "reserved", reserved);
WS_SECTION (ws_fragments, "fragments", fragments);
