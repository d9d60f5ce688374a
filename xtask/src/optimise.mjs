// Optimises WebAssembly modules for size, in place: node optimise.mjs FILE...
// One process does all of them, because Binaryen takes longer to start than to optimise most of them.
import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "binaryen";

// Those that rustc emits for every supported browser.
const { BulkMemory, NontrappingFPToInt, ReferenceTypes, Multivalue, SignExt, MutableGlobals } = binaryen.Features;
const features = BulkMemory | NontrappingFPToInt | ReferenceTypes | Multivalue | SignExt | MutableGlobals;

// Together what `wasm-opt -Oz` sets.
binaryen.setOptimizeLevel(2);
binaryen.setShrinkLevel(2);
for (const file of process.argv.slice(2)) {
  const module = binaryen.readBinary(readFileSync(file), features);
  module.runPasses(["merge-similar-functions"]);
  module.optimize();
  writeFileSync(file, module.emitBinary());
  module.dispose();
}
