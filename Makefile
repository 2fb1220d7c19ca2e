# Two commands are all a newcomer types: make demo, then make test. `make help` lists the rest.
.DEFAULT_GOAL := help
.PHONY: help demo clean-demo test test-fast lint types migrations bench soak docs lock \
	bootstrap bootstrap-test
export PYTHONUTF8 = 1

BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
STEP := @. tools/step.sh && step

help: ## 列出全部命令
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: bootstrap ## 安装、建库、载入示范区，在 127.0.0.1:8000 打开（PORT=8001 换端口）；Ctrl-C 停下
	@$(BIN)/qijie demo

clean-demo: bootstrap ## 停下并删除演示的数据库、照片、密钥和记录
	@$(BIN)/qijie cluster remove
	@rm -rf var/stamps var/keys var/photos var/mail var/static var/log

test: lint types migrations ## 全部检查和测试（空闲的两个核上约一刻钟，末尾列出各部分用的处理器时间）
	$(PYTEST) -n 2

test-fast: bootstrap-test ## 不开浏览器、不跑慢测试（空闲的两个核上约两分钟）
	$(STEP) "ruff" $(BIN)/ruff check .
	$(PYTEST) -n 2 -q -m "not browser and not slow and not soak"

lint: bootstrap-test ## 格式、写法、房间之间的方向
	$(STEP) "ruff" $(BIN)/ruff check .
	$(STEP) "ruff format" $(BIN)/ruff format --check .
	$(STEP) "import-linter" $(BIN)/lint-imports

types: bootstrap-test ## mypy --strict
	$(STEP) "mypy" $(BIN)/mypy

migrations: bootstrap-test ## 模型和迁移是否一致
	$(STEP) "迁移" $(BIN)/qijie manage makemigrations --check --dry-run --noinput

bench: bootstrap-test ## 测量，数字和机器一起打印
	@$(BIN)/python -m bench
	@$(BIN)/python -m bench city --matters 100000

soak: bootstrap-test ## 故意弄坏：杀进程、重启、压力、怪输入，看有没有丢；抽样测试的其余部分（约二十分钟）
	$(PYTEST) -n 2 -q -m soak
	@$(BIN)/python -m soak

docs: bootstrap-test ## 由代码重写 docs/reference
	@$(BIN)/python -m tools.reference

lock: bootstrap-test ## 由 pyproject.toml 重写两个锁文件（需要 uv）
	@$(BIN)/python tools/lock.py

bootstrap:
	@tools/bootstrap.sh run

bootstrap-test:
	@tools/bootstrap.sh test
