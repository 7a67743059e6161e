# Tongcun 通村: the web interface, without the rights of root. It carries no password of its own.
FROM python:3.13-slim AS build
WORKDIR /source
COPY . .
RUN python -m pip install --no-cache-dir "hatchling==1.33.0" \
    && python -m hatchling build -t wheel -d /wheel

FROM python:3.13-slim
RUN useradd --create-home --uid 10001 planner \
    && install -d -o planner -g planner /workspace
COPY requirements.txt /tmp/requirements.txt
RUN python -m pip install --no-cache-dir -r /tmp/requirements.txt
COPY --from=build /wheel/ /tmp/wheel/
RUN python -m pip install --no-cache-dir --no-deps /tmp/wheel/*.whl

USER 10001
ENV TONGCUN_WORKSPACE=/workspace PYTHONUNBUFFERED=1
WORKDIR /home/planner
# The inner loops, once: the machine code goes into the planner's own cache.
RUN tongcun compile
VOLUME /workspace
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["tongcun", "run", "--host", "0.0.0.0", "--port", "8501", "--no-browser"]
