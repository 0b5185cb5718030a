import { sh } from "assay";
import azureImageStandard from "../../../packages/suites/src/azure_image_standard/azure-image-standard.ts";
import { proveSuite } from "../prove-suite.ts";

/** A program of that name, found before the real one, that prints `text`. */
const impostor = (name: string, text: string) =>
  sh`printf '#!/bin/sh\necho %s\n' ${`'${text}'`} > ${`/usr/local/bin/${name}`} && chmod 755 ${`/usr/local/bin/${name}`}`;

proveSuite(azureImageStandard, {
  verify_default_targetpw: {
    defects: {
      "sudo asks for the target's password": {
        plant: sh`echo 'Defaults targetpw' >> /etc/sudoers`,
        message: "'Defaults targetpw' must not be in sudoers",
      },
    },
  },
  verify_grub: {
    defects: {
      "a kernel argument hides optical drives": {
        plant: sh`sed -i 's/^\([[:space:]]*linux[[:space:]].*\)/\1 libata.atapi_enabled=0/' /boot/grub/grub.cfg`,
        message: "'/boot/grub/grub.cfg' of 'node-0' must not contain 'libata.atapi_enabled=0'",
      },
    },
  },
  verify_client_active_interval: {
    defects: {
      "idle clients are probed too late": {
        plant: sh`echo 'ClientAliveInterval 10m' > /etc/ssh/sshd_config.d/00-planted.conf`,
        message: "The ClientAliveInterval configuration of OpenSSH is set to 600",
      },
    },
  },
  verify_serial_console_is_enabled: {
    defects: {
      "the kernel was started without a serial console": {
        plant: sh`
sed 's/console=[^ ]*//g' /proc/cmdline > /run/cmdline && mount --bind /run/cmdline /proc/cmdline
dmesg --clear && rm -rf /run/log/journal /var/log/journal /var/log/syslog /var/log/messages`,
        message: "Fail to find console enabled line",
      },
    },
  },
  verify_bash_history_is_empty: {
    defects: {
      "root's history was left in the image": {
        plant: sh`echo 'mysql -pcolumbus' > /root/.bash_history`,
        message: "'/root/.bash_history' is not empty, containing 17 bytes",
      },
    },
  },
  verify_no_pre_exist_users: {
    defects: {
      "a builder's key was left in the image": {
        plant: sh`
useradd --create-home --shell /bin/bash builder && mkdir /home/builder/.ssh
echo 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPlanted builder' > /home/builder/.ssh/authorized_keys`,
        message: "'builder' (/home/builder/.ssh/authorized_keys)",
      },
      "an account with a password was left in the image": {
        plant: sh`useradd --create-home builder && echo builder:columbus | chpasswd`,
        message: "Accounts with a password are in the image of 'node-0': 'builder' must be locked",
      },
    },
  },
  verify_python_version: {
    defects: {
      "Python is out of support": {
        plant: impostor("python3", "Python 3.8.20"),
        message: "The Python version 3.8.20 is lower than the required version 3.9",
      },
    },
  },
  verify_openssl_version: {
    defects: {
      "OpenSSL is out of support": {
        plant: impostor("openssl", "OpenSSL 1.1.0l  10 Sep 2019"),
        message: "The OpenSSL version 1.1.0 is lower than the required version 3.0.0",
      },
    },
  },
  verify_omi_version: {
    defects: {
      "OMI has a known hole": {
        plant: sh`mkdir -p /opt/omi/bin && printf '#!/bin/sh\necho OMI-1.6.4-0\n' > /opt/omi/bin/omiserver && chmod 755 /opt/omi/bin/omiserver`,
        message: "Vulnerable OMI version detected. The OMI version 1.6.4-0 is lower",
      },
    },
  },
  verify_azure_64bit_os: {
    defects: {
      "the machine is a 32-bit one": {
        plant: sh`printf '#!/bin/sh\n/usr/bin/uname "$@" | sed s/x86_64/i686/\n' > /usr/local/bin/uname && chmod 755 /usr/local/bin/uname`,
        message: "Architecture i686 is not supported",
      },
    },
  },
  verify_essential_kernel_modules: {
    defects: {
      "the kernel cannot mount SMB shares": {
        plant: sh`sed -i 's/^CONFIG_CIFS=.*/# CONFIG_CIFS is not set/' /boot/config-*`,
        message: "The kernel of 'node-0' is built without CONFIG_CIFS.",
      },
    },
  },
  verify_cloud_init_error_status: {
    defects: {
      "cloud-init could not run a script": {
        plant: sh`echo '2026-01-01 00:00:00,000 - cc_scripts_user.py[WARNING]: Failed to run module scripts-user' >> /var/log/cloud-init.log`,
        message: "cc_scripts_user.py[WARNING]: Failed to run module scripts-user",
      },
    },
  },
  verify_boot_error_fail_warnings: {
    defects: {
      "a driver reports an error": {
        plant: sh`echo '<3>widget0: controller error -5' > /dev/kmsg`,
        message: "widget0: controller error -5",
      },
    },
  },
  verify_no_swap_on_osdisk: {
    defects: {
      "a swap file lies on the OS disk": {
        plant: sh`dd if=/dev/zero of=/swapfile bs=1M count=16 status=none && chmod 600 /swapfile && mkswap --quiet /swapfile && swapon /swapfile`,
        message: "Swap partition/file '/swapfile' is found on OS disk",
      },
    },
  },
});
