import { sh } from "assay";
import cpu from "../../../packages/suites/src/core/cpu.ts";
import { proveSuite } from "../prove-suite.ts";

proveSuite(cpu, {
  verify_cpu_count: {
    defects: {
      "a processor belongs to no socket": {
        plant: sh`printf '#!/bin/sh\n/usr/bin/lscpu "$@" | sed "s/^CPU(s):.*/CPU(s): 3/"\n' > /usr/local/bin/lscpu && chmod 755 /usr/local/bin/lscpu`,
        message: "lscpu on 'node-0' counts 3 CPUs, but its 1 sockets x 2 cores x 1 threads are 2.",
      },
    },
  },
  verify_l3_cache: {
    defects: {
      "no processors share a cache": {
        plant: sh`
cat > /usr/local/bin/lscpu <<'END'
#!/bin/sh
case "$*" in *--extended*) ;; *) exec /usr/bin/lscpu "$@" ;; esac
echo 'CPU NODE SOCKET CORE L1d:L1i:L2:L3 ONLINE'
echo '  0    0      0    0 0:0:0:0       yes'
echo '  1    0      0    1 1:1:1:1       yes'
END
chmod 755 /usr/local/bin/lscpu`,
        message: "NUMA node 0 has 2 L3 caches for 2 CPUs",
      },
      "a processor tells nothing of its cache": {
        plant: sh`
cat > /usr/local/bin/lscpu <<'END'
#!/bin/sh
case "$*" in *--extended*) ;; *) exec /usr/bin/lscpu "$@" ;; esac
echo 'CPU NODE SOCKET CORE L1d:L1i:L2:L3 ONLINE'
echo '  0    0      0    0 0:0:0:0       yes'
echo '  1    0      0    1 1:1:1:-       yes'
END
chmod 755 /usr/local/bin/lscpu`,
        message: "CPU 1 of 2 have no L3 cache information",
      },
    },
  },
});
