// Scripts and styles for the browser: one small file for each kind of page, named by its content so that it may be
// kept for good, and compressed beside it.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import rtlcss from "rtlcss";
import * as sass from "sass";
import { alarm } from "./console/alarm_sound.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..", "..");
const out = join(here, "..", "static");
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const names = {};

function keep(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 12);
  const dot = name.lastIndexOf(".");
  const named = `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
  write(named, content);
  names[name] = named;
}

function write(named, content) {
  const bytes = Buffer.from(content);
  writeFileSync(join(out, named), bytes);
  if (!/\.(png|woff2|wav)$/.test(named)) {
    writeFileSync(join(out, `${named}.gz`), gzipSync(bytes, { level: 9 }));
    writeFileSync(
      join(out, `${named}.br`),
      brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    );
  }
}

for (const file of readdirSync(here).filter((one) => /^[a-z].*\.scss$/.test(one))) {
  const { css } = sass.compile(join(here, file), {
    style: "compressed",
    loadPaths: [join(root, "node_modules")],
    quietDeps: true,
  });
  keep(file.replace(/scss$/, "css"), css);
  // The components know left and right only; for Urdu they are turned round. What is ours says start and end.
  keep(file.replace(/\.scss$/, "-rtl.css"), rtlcss.process(css));
}

// Every script at the top of the folder is a page's own; what they share lies in folders below.
const WORKER = "worker.js";
for (const file of readdirSync(here).filter((one) => one.endsWith(".js") && one !== WORKER)) {
  keep(file, await bundled(file, "esm"));
}

async function bundled(file, format) {
  const made = await esbuild.build({
    entryPoints: [join(here, file)],
    bundle: true,
    minify: true,
    format,
    target: ["es2020"],
    write: false,
    legalComments: "none",
    nodePaths: [join(root, "node_modules")],
  });
  return made.outputFiles[0].contents;
}

for (const folder of ["pictures"]) {
  const from = join(here, folder);
  let files = [];
  try { files = readdirSync(from); } catch { continue; }
  for (const file of files) keep(file, readFileSync(join(from, file)));
}

keep("alarm.wav", alarm());

// The service worker keeps its name: the browser asks for it by that.
write(WORKER, await bundled(WORKER, "iife"));

writeFileSync(join(out, "names.json"), JSON.stringify(names, null, 1));

// The fonts of what is printed (PDF), with their licence. Not among the public files.
const fonts = join(here, "..", "fonts");
rmSync(fonts, { recursive: true, force: true });
mkdirSync(fonts);
for (const name of ["noto-sans", "noto-sans-arabic"]) {
  const from = join(root, "node_modules", "@expo-google-fonts", name);
  for (const weight of ["400Regular", "700Bold"]) {
    for (const file of readdirSync(join(from, weight)).filter((one) => one.endsWith(".ttf"))) {
      copyFileSync(join(from, weight, file), join(fonts, file));
    }
  }
  copyFileSync(join(from, "LICENSE_FONT"), join(fonts, `LICENSE-${name}`));
}
