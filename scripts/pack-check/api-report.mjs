// The public surface of an entry as text, by API Extractor. One compilation serves all entries: that is most of the time.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CompilerState, Extractor, ExtractorConfig } from "@microsoft/api-extractor";
import { readText, SourceError } from "../generated-files.mjs";

/** The report of each entry, and the file it belongs in. */
export function apiReports(entries, temporary) {
  const prepared = entries.map((entry, index) => prepare(entry, join(temporary, String(index))));
  const [first] = prepared;
  if (first === undefined) return [];
  const compilerState = CompilerState.create(first.config, {
    additionalEntryPoints: entries.map(({ types }) => types),
  });
  return prepared.map(({ config, file, written }) => {
    const complaints = [];
    const { errorCount } = Extractor.invoke(config, {
      compilerState,
      localBuild: true,
      messageCallback(message) {
        if (message.logLevel === "error") complaints.push(message.text);
        message.handled = true;
      },
    });
    if (errorCount > 0) throw new SourceError(`${file}: ${complaints.join("\n")}`);
    return { file, text: withoutPositions(readText(written)) };
  });
}

function prepare({ folder, subpath, types }, temporary) {
  const name = `${subpath === "." ? "index" : subpath.slice(2).replaceAll("/", "-")}.api.md`;
  const reportFolder = join(temporary, "report");
  const reportTempFolder = join(temporary, "scratch");
  mkdirSync(reportFolder, { recursive: true });
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, "package.json"),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: types,
      newlineKind: "lf",
      compiler: { overrideTsconfig: { compilerOptions, files: [types] } },
      apiReport: { enabled: true, reportFileName: name, reportFolder, reportTempFolder },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages,
    },
  });
  return { config, file: join(folder, "api", name), written: join(reportFolder, name) };
}

const compilerOptions = {
  target: "es2022",
  lib: ["ES2023", "ESNext.Disposable", "DOM", "DOM.Iterable"],
  module: "nodenext",
  moduleResolution: "nodenext",
  strict: true,
  skipLibCheck: true,
  types: ["node"],
  typeRoots: [fileURLToPath(new URL("../../node_modules/@types", import.meta.url))],
};

/** Types that a signature mentions and the entry does not export are named in the report. Every export counts as public. */
const messages = {
  compilerMessageReporting: { default: { logLevel: "error" } },
  extractorMessageReporting: {
    default: { logLevel: "warning", addToApiReportFile: true },
    "ae-missing-release-tag": { logLevel: "none" },
    "ae-undocumented": { logLevel: "none" },
  },
  tsdocMessageReporting: { default: { logLevel: "none" } },
};

/** Lines and columns move with every comment, and say nothing about the surface. */
function withoutPositions(text) {
  return text.replaceAll(/(\.ts):\d+:\d+ - /g, "$1 - ");
}
