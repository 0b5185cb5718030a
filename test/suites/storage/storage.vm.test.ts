import storage from "../../../packages/suites/src/storage/storage.ts";
import { proveSuite } from "../prove-suite.ts";
import { LONGER, storageProofs } from "./storage-proofs.ts";

proveSuite(storage, storageProofs, LONGER);
