# Read by the other scripts: takes from the environment what would make a program work on another cluster
# than it is told to, or otherwise than it is told to. machine/environment.ts does the same, by the same
# list, for all programs that are not started by Pulumi. Both know names only; foreign-variables.txt has them
# as extended regular expressions, one in a line.
for name in $(env | cut -d= -f1 | grep -xEf "$(dirname "$0")/foreign-variables.txt"); do
  unset "$name"
done
# Aliases and defaults that users gave kubectl (kuberc, since Kubernetes 1.33).
export KUBERC=off
