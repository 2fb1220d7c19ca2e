# Sourced, not run: step TITLE COMMAND… runs the command quietly and says how long it took.
# What it prints is kept in var/log and shown when it fails; with STEP_SHOW=1 it is shown as it comes.

seconds_now() { date +%s; }

step() {
    step_title=$1
    shift
    step_log=var/log/$(printf '%s' "$*" | tr -cs 'A-Za-z0-9' '-' | cut -c1-60).log
    mkdir -p var/log
    step_begun=$(seconds_now)
    step_code=0
    echo "→ $step_title …"
    if [ "${STEP_SHOW:-}" = 1 ]; then
        "$@" || step_code=$?
    else
        heartbeat 9>&- &
        step_beat=$!
        "$@" >"$step_log" 2>&1 || step_code=$?
        kill "$step_beat" 2>/dev/null || true
        wait "$step_beat" 2>/dev/null || true
    fi
    step_seconds=$(($(seconds_now) - step_begun))
    if [ "$step_code" -ne 0 ]; then
        if [ "${STEP_SHOW:-}" != 1 ]; then
            tail -n 60 "$step_log"
            echo "全部记录：$step_log"
        fi
        echo "✗ $step_title：没有通过（$step_seconds 秒）" >&2
        return "$step_code"
    fi
    echo "✓ $step_title（$step_seconds 秒）"
}

# Ends with the script that began it, also after Ctrl-C, which does not reach a background job.
heartbeat() {
    beats=0
    while sleep 1 && kill -0 $$ 2>/dev/null; do
        beats=$((beats + 1))
        if [ $((beats % 15)) = 0 ]; then
            echo "    还在进行：$step_title，已 $beats 秒 …"
        fi
    done
}
