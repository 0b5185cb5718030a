import { suite } from "assay/suite";
import { verifyServicesState } from "./services-state.ts";

export default suite("Sriov", { area: "sriov", about: "Network interfaces and what starts with them." }, ({ test }) => {
  test(
    "verify_services_state",
    { about: "Every service the image starts is up, and none has failed.", priority: 1 },
    verifyServicesState,
  );
});
