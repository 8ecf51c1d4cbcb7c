// Licences of what is in the executable and is no installed package.
/** The text of the MIT licence, for its holder. */
export const mitLicence = (holder: string): string => `MIT License

Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;

/** The runtime that the executable is made of. */
export const BUN_NOTICE = `${mitLicence("Oven and the contributors of Bun")}

JavaScriptCore and WebKit, which are part of Bun, are under the GNU Lesser General Public
License, version 2. Bun links them statically. Their source, as Bun changes it, is at
https://github.com/oven-sh/webkit. This program's own source, with the command that builds the
executable, lets you link it anew with a Bun that you have built on a changed WebKit:
https://bun.com/docs/project/license says how.

Bun also links, each under its own licence: BoringSSL (several), Brotli (MIT), libarchive (several),
lol-html (BSD-3-Clause), ls-hpack, ls-qpack and lsquic (MIT, parts BSD-3-Clause), mimalloc (MIT),
picohttpparser (MIT), Zstandard (BSD-3-Clause), simdutf (Apache-2.0), TinyCC (LGPL-2.1), uSockets
and uWebSockets (Apache-2.0), zlib-ng (Zlib), c-ares (MIT), ICU (Unicode), base64 (BSD-2-Clause),
libuv (MIT, on Windows), libdeflate (MIT), libjpeg-turbo (BSD-3-Clause, IJG, Zlib), libspng
(BSD-2-Clause), libwebp (BSD-3-Clause), Highway (Apache-2.0), uucode (MIT), parts of TigerBeetle
(Apache-2.0) and of LLVM's libc++abi (Apache-2.0 with LLVM exception), SQLite (public domain), and
polyfills of Node's modules (MIT).`;

/** Licences of the catalogue's sources that are fetched, and are no packages of this checkout. */
export const FETCHED_SOURCES: Readonly<Record<string, string>> = {
  "@earendil-works/pi-ai": mitLicence("Mario Zechner"),
};
