#!/usr/bin/env bash
# Private MariaDB, Redis and RabbitMQ for tests: own ports, own data folder, bound to 127.0.0.1.
# They never touch servers that the machine may already run. Works as root and as an ordinary user.
set -euo pipefail

usage() {
  cat >&2 <<'TEXT'
Usage: tools/servers.sh COMMAND [mariadb|redis|rabbitmq]
  install          install the Debian packages (root), without starting them; with them the SIP peers of tests, sipp and baresip
  start [NAME]     start what is not running, wait until it answers, print the URLs
  stop [NAME]      stop cleanly
  restart [NAME]   stop and start
  kill NAME        kill -9, as a crash would
  pause NAME       SIGSTOP: the server hangs but its connections stay open
  resume NAME      SIGCONT
  ctl ARGUMENT…    rabbitmqctl on this broker
  status           say what runs; exit 1 unless all do
  env              print the URLs
  wipe             stop everything and delete all data
Use in a shell: eval "$(tools/servers.sh start)"
Settings: VOIPBIN_TEST_SQL_PORT (13306), VOIPBIN_TEST_CACHE_PORT (16379), VOIPBIN_TEST_BUS_PORT (15673; the
two ports above it serve epmd and Erlang distribution), VOIPBIN_TEST_FOLDER (.servers in the checkout).
TEXT
  exit 2
}

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${VOIPBIN_TEST_FOLDER:-$checkout/.servers}
sql_port=${VOIPBIN_TEST_SQL_PORT:-13306}
cache_port=${VOIPBIN_TEST_CACHE_PORT:-16379}
bus_port=${VOIPBIN_TEST_BUS_PORT:-15673}
epmd_port=$((bus_port + 1))
dist_port=$((bus_port + 2))
all=(mariadb redis rabbitmq)
start_seconds=90
stop_seconds=40

say() { echo "$*" >&2; }

print_env() {
  # With it, a test can restart the very servers that the URLs name.
  echo "export VOIPBIN_TEST_FOLDER=$folder"
  echo "export VOIPBIN_TEST_SQL_URL=mysql://voipbin:voipbin@127.0.0.1:$sql_port/voipbin_test"
  echo "export VOIPBIN_TEST_CACHE_URL=redis://127.0.0.1:$cache_port"
  echo "export VOIPBIN_TEST_BUS_URL=amqp://guest:guest@127.0.0.1:$bus_port"
}

port_of() {
  case $1 in
    mariadb) echo "$sql_port" ;;
    redis) echo "$cache_port" ;;
    rabbitmq) echo "$bus_port" ;;
  esac
}

# The word in a process's command line that tells ours from any other: a pid may have been given to a stranger since.
mark_of() {
  case $1 in
    mariadb) echo "$folder/mariadb" ;;
    redis) echo "127.0.0.1:$cache_port" ;;
    rabbitmq) echo "$folder/rabbitmq" ;;
  esac
}

pid_of() {
  local pid
  pid=$(cat "$folder/$1.pid" 2>/dev/null) || return 1
  tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "$(mark_of "$1")" || return 1
  echo "$pid"
}

is_port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# True once the server answers in its own protocol, not merely once its port is open.
answers() {
  case $1 in
    mariadb)
      mariadb --no-defaults -h127.0.0.1 -P"$sql_port" -uvoipbin -pvoipbin --connect-timeout=3 -e 'select 1' voipbin_test >/dev/null 2>&1
      ;;
    redis) [ "$(timeout 3 redis-cli -h 127.0.0.1 -p "$cache_port" ping 2>/dev/null)" = PONG ] ;;
    # The protocol header of AMQP 0-9-1; a broker that is ready answers with a method frame, whose first octet is 1.
    rabbitmq)
      timeout 3 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1" && printf "AMQP\0\0\011\001" >&3 && head -c1 <&3' _ "$bus_port" 2>/dev/null |
        od -An -tu1 | grep -qw 1
      ;;
  esac
}

# Detached from this shell, its terminal and its lock, so that the server outlives all three.
launch() {
  local name=$1
  shift
  setsid "$@" </dev/null >>"$folder/$name.log" 2>&1 9>&- &
  echo $! >"$folder/$name.pid"
}

launch_mariadb() {
  local data=$folder/mariadb user=()
  [ "$(id -u)" -eq 0 ] && user=(--user=root)
  if [ ! -d "$data/mysql" ]; then
    rm -rf "$data"
    mariadb-install-db --no-defaults "${user[@]}" --datadir="$data" --auth-root-authentication-method=normal \
      --skip-test-db >"$folder/mariadb-install.log" 2>&1
  fi
  cat >"$folder/mariadb-init.sql" <<'SQL'
CREATE DATABASE IF NOT EXISTS voipbin_test;
CREATE USER IF NOT EXISTS 'voipbin'@'127.0.0.1' IDENTIFIED BY 'voipbin';
GRANT ALL ON `voipbin%`.* TO 'voipbin'@'127.0.0.1';
GRANT PROCESS ON *.* TO 'voipbin'@'127.0.0.1';
SQL
  # A socket path is relative to the data folder: an absolute one in a deep checkout passes the limit of 107 characters.
  launch mariadb mariadbd --no-defaults "${user[@]}" --datadir="$data" --socket=m.sock --pid-file=m.pid \
    --bind-address=127.0.0.1 --port="$sql_port" --skip-name-resolve --max-connections=1000 --open-files-limit=8192 \
    --innodb-buffer-pool-size=128M --innodb-log-file-size=48M --character-set-server=utf8mb4 \
    --init-file="$folder/mariadb-init.sql"
}

launch_redis() {
  launch redis redis-server --bind 127.0.0.1 --port "$cache_port" --dir "$folder" --save '' --appendonly no --daemonize no
}

launch_rabbitmq() {
  local home=$folder/rabbitmq
  mkdir -p "$home/log" "$home/mnesia"
  cat >"$home/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$bus_port
vm_memory_high_watermark.absolute = 512MB
disk_free_limit.absolute = 50MB
log.file.level = warning
CONF
  echo '[].' >"$home/enabled_plugins"
  : >"$home/rabbitmq-env.conf"
  # Called below the Debian wrapper, which would change to the user rabbitmq and to /etc. RUNNING_UNDER_SYSTEMD makes the
  # script become the Erlang VM, so that the pid is the server's.
  launch rabbitmq env HOME="$home" RUNNING_UNDER_SYSTEMD=true \
    RABBITMQ_CONF_ENV_FILE="$home/rabbitmq-env.conf" RABBITMQ_CONFIG_FILE="$home/rabbitmq.conf" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$home/enabled_plugins" RABBITMQ_NODENAME=voipbin-test@localhost \
    RABBITMQ_MNESIA_BASE="$home/mnesia" RABBITMQ_LOG_BASE="$home/log" RABBITMQ_DIST_PORT="$dist_port" \
    ERL_EPMD_PORT="$epmd_port" ERL_EPMD_ADDRESS=127.0.0.1 ERL_CRASH_DUMP_SECONDS=0 \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' \
    /usr/lib/rabbitmq/bin/rabbitmq-server
}

rabbitmq_ctl() {
  local home=$folder/rabbitmq
  HOME=$home RABBITMQ_CONF_ENV_FILE=$home/rabbitmq-env.conf RABBITMQ_NODENAME=voipbin-test@localhost ERL_EPMD_PORT=$epmd_port \
    /usr/lib/rabbitmq/bin/rabbitmqctl "$@"
}

require_programs() {
  local program
  for program in mariadbd mariadb mariadb-install-db redis-server redis-cli /usr/lib/rabbitmq/bin/rabbitmq-server; do
    command -v "$program" >/dev/null || { say "Cannot start: $program is missing; run tools/servers.sh install as root"; exit 1; }
  done
}

start_one() {
  local name=$1 waited=0
  if ! pid_of "$name" >/dev/null; then
    if is_port_open "$(port_of "$name")"; then
      say "Cannot start $name: port $(port_of "$name") is taken by another process"
      exit 1
    fi
    "launch_$name"
  fi
  until answers "$name"; do
    sleep 0.2
    waited=$((waited + 1))
    if ! kill -0 "$(cat "$folder/$name.pid")" 2>/dev/null || [ $waited -gt $((start_seconds * 5)) ]; then
      say "Cannot start $name: it does not answer on 127.0.0.1:$(port_of "$name")"
      tail -n 20 "$folder/$name.log" >&2
      exit 1
    fi
  done
  say "$name answers on 127.0.0.1:$(port_of "$name")"
}

wait_gone() {
  local pid=$1 waited=0
  while kill -0 "$pid" 2>/dev/null; do
    # A zombie whose parent does not reap it answers signal 0 for ever.
    grep -q '^State:.*Z' "/proc/$pid/status" 2>/dev/null && return 0
    sleep 0.1
    waited=$((waited + 1))
    [ $waited -gt $((stop_seconds * 10)) ] && return 1
  done
  return 0
}

stop_one() {
  local name=$1 pid
  if pid=$(pid_of "$name"); then
    kill -CONT "$pid"
    kill -TERM "$pid"
    wait_gone "$pid" || { say "$name did not stop in $stop_seconds s: killing it"; kill -9 "$pid"; wait_gone "$pid"; }
    say "$name stopped"
  fi
  rm -f "$folder/$name.pid"
  # The port mapper daemonises itself and outlives its node; this asks only the one on our own port.
  [ "$name" = rabbitmq ] && ERL_EPMD_PORT=$epmd_port epmd -kill >/dev/null 2>&1
  return 0
}

signal_one() {
  local signal=$1 name=$2 pid
  pid=$(pid_of "$name") || { say "$name does not run"; exit 1; }
  kill "-$signal" "$pid"
  [ "$signal" = KILL ] || return 0
  wait_gone "$pid"
  [ "$name" != rabbitmq ] || wait_unregistered
}

# The port mapper hears of a node's death a moment later; until then it refuses the name to the next one.
wait_unregistered() {
  local waited=0
  while ERL_EPMD_PORT=$epmd_port epmd -names 2>/dev/null | grep -q '^name voipbin-test at'; do
    sleep 0.1
    waited=$((waited + 1))
    [ $waited -le 100 ] || return 0
  done
}

install_packages() {
  # Debian would start what it installs, on the ordinary ports; policy-rc.d 101 forbids that while we install.
  local policy=/usr/sbin/policy-rc.d wrote=
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod +x $policy
    wrote=yes
  fi
  trap '[ -z "$wrote" ] || rm -f $policy' RETURN
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends mariadb-server mariadb-client redis-server rabbitmq-server util-linux chromium \
    sip-tester baresip iproute2 unzip >&2
}

status() {
  local name failed=0
  for name in "${all[@]}"; do
    if ! pid_of "$name" >/dev/null; then
      echo "$name stopped"
      failed=1
    elif answers "$name"; then
      echo "$name running, pid $(pid_of "$name"), 127.0.0.1:$(port_of "$name")"
    else
      echo "$name runs as pid $(pid_of "$name") but does not answer"
      failed=1
    fi
  done
  return $failed
}

command=${1:-}
name=${2:-}
if [ "$command" = ctl ]; then
  shift
  rabbitmq_ctl "$@"
  exit
fi
case $name in '' | mariadb | redis | rabbitmq) ;; *) usage ;; esac
names=(${name:-"${all[@]}"})

mkdir -p "$folder"
# One command at a time; two test runs may start the servers at once.
exec 9>"$folder/lock"
flock 9

case $command in
  install) install_packages ;;
  start)
    require_programs
    for one in "${names[@]}"; do start_one "$one"; done
    print_env
    ;;
  stop) for one in "${names[@]}"; do stop_one "$one"; done ;;
  restart)
    require_programs
    for one in "${names[@]}"; do stop_one "$one"; start_one "$one"; done
    print_env
    ;;
  kill) [ -n "$name" ] || usage; signal_one KILL "$name" ;;
  pause) [ -n "$name" ] || usage; signal_one STOP "$name" ;;
  resume) [ -n "$name" ] || usage; signal_one CONT "$name" ;;
  status) status ;;
  env) print_env ;;
  wipe)
    for one in "${all[@]}"; do stop_one "$one"; done
    rm -rf "$folder"
    ;;
  *) usage ;;
esac
