import timeSync from "../../../packages/suites/src/time/time-sync.ts";
import { proveSuite } from "../prove-suite.ts";
import { LONGER, timeSyncProofs } from "./time-sync-proofs.ts";

proveSuite(timeSync, timeSyncProofs, LONGER);
