import storage from "../../../packages/suites/src/storage/storage.ts";
import { proveLonger } from "../prove-suite.ts";
import { LONGER, storageProofs } from "./storage-proofs.ts";

proveLonger(storage, storageProofs, LONGER);
