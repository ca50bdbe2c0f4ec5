/**
 * Shell functions for a mode's `ServiceCommands` whose init keeps no logs: `logs LINES FOLLOW` prints the lines that a
 * syslog daemon has written of the service in `$name`.
 */
export const syslogFunctions = `# Lines of a syslog daemon from NAME or NAMEd, as sshd of the script ssh.
ours() {
  while IFS= read -r line; do
    case $line in *" $name["* | *" $name:"* | *" \${name}d["* | *" \${name}d:"*) echo "- $line" ;; esac
  done
}

logs() {
  for file in /var/log/syslog /var/log/messages; do
    [ -f $file ] || continue
    case $1 in all) ours <$file ;; *) ours <$file | tail -n "$1" ;; esac
    [ -z "$2" ] || tail -n 0 -F $file 2>/dev/null | ours
    return
  done
  echo "no daemon of the container writes /var/log/syslog or /var/log/messages"
  exit 65
}
`;
