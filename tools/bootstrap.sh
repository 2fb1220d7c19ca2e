#!/bin/sh
# Makes this checkout ready on Debian 12: system packages, then a virtual environment from a hashed
# lock. Usage: tools/bootstrap.sh run | test. Does nothing where nothing is missing.
set -eu
cd "$(dirname "$0")/.."
# Paths and sentences are UTF-8 whatever the locale says.
export PYTHONUTF8=1
. tools/step.sh

purpose=${1:-run}
case $purpose in
run) lock=requirements.lock ;;
test) lock=requirements-dev.lock ;;
*)
    echo "用法：tools/bootstrap.sh run|test" >&2
    exit 2
    ;;
esac
venv=.venv
stamp=$venv/qijie-$purpose.stamp

fail() {
    echo "✗ $*" >&2
    exit 1
}

# --- Python -----------------------------------------------------------------------------------

suits() {
    "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-} python3.11 /usr/bin/python3 python3 python3.12 python3.13; do
        found=$(command -v "$candidate" 2>/dev/null) || continue
        if suits "$found"; then
            echo "$found"
            return 0
        fi
    done
    return 1
}

# --- System packages --------------------------------------------------------------------------

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

has_postgresql() {
    for control in /usr/share/postgresql/*/extension/postgis.control; do
        version=${control#/usr/share/postgresql/}
        version=${version%%/*}
        [ -x "/usr/lib/postgresql/$version/bin/initdb" ] && [ "$version" -ge 15 ] && return 0
    done
    return 1
}

missing_packages() {
    find_python >/dev/null || echo python3 python3-venv
    has_postgresql || echo postgresql-15 postgresql-15-postgis-3
    # Notice boards are printed by WeasyPrint through Pango, in the Noto typeface.
    needed="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"
    if [ "$purpose" = test ]; then
        needed="$needed chromium-headless-shell gettext nginx caddy"
    fi
    for package in $needed; do
        installed "$package" || echo "$package"
    done
}

install_options="-y -q --no-install-recommends -o DPkg::Lock::Timeout=600"
cluster_settings=/etc/postgresql-common/createcluster.conf

as_root() {
    if [ "$(id -u)" = 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo -n env DEBIAN_FRONTEND=noninteractive ${http_proxy:+http_proxy="$http_proxy"} \
            ${https_proxy:+https_proxy="$https_proxy"} "$@"
    fi
}

apt_update() {
    as_root apt-get update -q -o DPkg::Lock::Timeout=600
}

apt_install() {
    # Split on purpose: a list of options.
    # shellcheck disable=SC2086
    as_root apt-get install $install_options "$@"
}

# PostgreSQL's package would start a server of its own for the whole machine; ours is private.
without_system_cluster() {
    if ! grep -q '^ *create_main_cluster *= *false' "$cluster_settings" 2>/dev/null; then
        as_root sh -c "echo 'create_main_cluster = false' >> $cluster_settings"
    fi
}

# The tests start nginx and Caddy themselves, on ports of their own. As services of this machine they
# would take its port 80, now and at every start: their units are masked before they are there.
without_services() {
    for service in nginx caddy; do
        case " $* " in
        *" $service "*)
            unit=/etc/systemd/system/$service.service
            as_root sh -c "mkdir -p ${unit%/*} && { [ -e $unit ] || ln -s /dev/null $unit; }"
            ;;
        esac
    done
}

# Where no systemd runs, a package asks this script before it starts anything.
quietly() {
    policy=/usr/sbin/policy-rc.d
    if [ -e $policy ]; then
        "$@"
        return
    fi
    as_root sh -c "printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy"
    "$@" && done=0 || done=$?
    as_root rm -f $policy
    return $done
}

explain_by_hand() {
    line="sudo apt-get update"
    case $* in
    *postgresql*)
        line="$line && sudo apt-get install $install_options postgresql-common"
        line="$line && echo 'create_main_cluster = false' | sudo tee -a $cluster_settings"
        ;;
    esac
    case $* in
    *nginx* | *caddy*)
        line="$line && sudo systemctl mask nginx caddy"
        ;;
    esac
    echo "✗ 缺少系统软件包，而当前用户不能安装（不是 root，sudo 要口令）。请执行下面一行，再重试：" >&2
    echo "$line && sudo apt-get install $install_options $*" >&2
    exit 1
}

install_packages() {
    command -v apt-get >/dev/null || fail "这台机器没有 apt-get，请自行安装：$*"
    if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
        explain_by_hand "$@"
    fi
    help="请检查网络和 /etc/apt/sources.list 后再试"
    step "更新软件包目录" apt_update || fail "$help"
    case $* in
    *postgresql*)
        step "安装 postgresql-common" apt_install postgresql-common || fail "$help"
        without_system_cluster || fail "不能写入 $cluster_settings"
        ;;
    esac
    without_services "$@" || fail "不能写入 /etc/systemd/system"
    step "安装 $*" quietly apt_install "$@" || fail "$help"
}

# --- Virtual environment ----------------------------------------------------------------------

venv_works() {
    [ "$("$venv/bin/python" -c 'import pip, sys; print(sys.prefix)' 2>/dev/null)" = "$PWD/$venv" ]
}

state() {
    cat requirements.lock "$lock" tools/bootstrap.sh | sha256sum | cut -d' ' -f1
    echo "$PWD"
    "$venv/bin/python" -V
}

up_to_date() {
    [ -f "$stamp" ] && venv_works && [ "$(state)" = "$(cat "$stamp")" ]
}

make_venv() {
    rm -rf "$venv"
    "$1" -m venv "$venv"
}

install_lock() {
    "$venv/bin/python" -m pip install --disable-pip-version-check --no-input --progress-bar off \
        --no-deps --require-hashes --prefer-binary -r "$lock"
}

# Our own code is found through a path file: nothing is built, nothing is fetched.
install_ourselves() {
    site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    # In bytes: a path file is read in the encoding of whatever locale the reader has.
    "$venv/bin/python" - >"$site/qijie.pth" <<'PYTHON'
import os
print(f"import os, sys; sys.path.append(os.fsdecode(bytes.fromhex('{os.fsencode(os.getcwd()).hex()}2f737263')))")
PYTHON
    # In single quotes: a "$" or "!" in the path stays one.
    quoted=$(printf '%s' "$PWD/$venv/bin/python" | sed "s/'/'\\\\''/g")
    cat >"$venv/bin/qijie" <<SCRIPT
#!/bin/sh
exec '$quoted' -m qijie.cli "\$@"
SCRIPT
    chmod +x "$venv/bin/qijie"
}

# ----------------------------------------------------------------------------------------------

printf %s "$PWD" | iconv -f UTF-8 -t UTF-8 >/dev/null 2>&1 ||
    fail "目录的路径里有不是 UTF-8 的字符（多半是在 GBK 终端里取的名字），Python 装不进去，请把目录改名或移到别处再试"
{ mkdir -p var/run var/log 2>/dev/null && [ -w var/run ] && [ -w . ]; } ||
    fail "当前用户不能写入 $PWD，请用它的属主运行，或用 chown 改正属主"
exec 9>var/run/bootstrap.lock
if ! flock -n 9; then
    echo "另一个 make 正在安装，等它完成 …"
    flock 9
fi

missing=$(missing_packages)
# Split on purpose: a list of names.
# shellcheck disable=SC2086
[ -z "$missing" ] || install_packages $missing
python=$(find_python) ||
    fail "需要 Python 3.11 或更新的版本（带 venv）。安装后再试，或指明：PYTHON=/路径/python3 make demo"

if up_to_date; then
    exit 0
fi
available=$(df -Pm . | awk 'NR == 2 { print $4 }')
[ "$available" -ge 1500 ] || fail "磁盘只剩 $available MB，安装至少要 1500 MB，请腾出空间再试"
venv_works || step "建立虚拟环境 $venv" make_venv "$python" || fail "虚拟环境没有建成，原因见上"
step "安装 $lock 中的 Python 包" install_lock ||
    fail "Python 包没有装全。网络不通：用 PIP_INDEX_URL 指向可用的镜像；哈希不符：重新取得代码"
install_ourselves
state >"$stamp"
