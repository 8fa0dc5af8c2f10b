package reynard.page;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/// What pages load beside themselves. An address has a part that is made of the content, so a browser may keep it for
/// good: other content has another address.
///
/// Threads: any.
public final class Assets {
    private static final int HASH_CHARACTERS = 12;

    /// @param name as templates call it
    /// @param path where it is served
    record Asset(String name, String path, String contentType, byte[] content) {}

    private static final class Loaded {
        static final Map<String, Asset> BY_NAME = load();
        static final Map<String, Asset> BY_PATH = byPath();

        private static Map<String, Asset> load() {
            var assets = new LinkedHashMap<String, Asset>();
            put(assets, "ui.css", "text/css; charset=utf-8", "/pages/ui.css");
            put(assets, "ui.js", "text/javascript; charset=utf-8", "/pages/ui.js");
            put(assets, "fox.svg", "image/svg+xml", "/pages/fox.svg");
            put(assets, "htmx.js", "text/javascript; charset=utf-8", webjar("htmx.org", "dist/htmx.min.js"));
            put(
                    assets,
                    "editor.css",
                    "text/css; charset=utf-8",
                    webjar("codemirror", "lib/codemirror.css"),
                    "/pages/editor.css");
            put(
                    assets,
                    "editor.js",
                    "text/javascript; charset=utf-8",
                    webjar("codemirror", "lib/codemirror.js"),
                    webjar("codemirror", "addon/mode/overlay.js"),
                    webjar("codemirror", "mode/xml/xml.js"),
                    webjar("codemirror", "mode/markdown/markdown.js"),
                    "/pages/editor.js");
            return assets;
        }

        private static Map<String, Asset> byPath() {
            var assets = new LinkedHashMap<String, Asset>();
            BY_NAME.values().forEach(asset -> assets.put(asset.path(), asset));
            return assets;
        }
    }

    private Assets() {}

    /// Where the asset is served, for a template.
    public static String path(String name) {
        var asset = Loaded.BY_NAME.get(name);
        if (asset == null) {
            throw new IllegalArgumentException("no asset " + name);
        }
        return asset.path();
    }

    static Optional<Asset> at(String path) {
        return Optional.ofNullable(Loaded.BY_PATH.get(path));
    }

    /// @param resources one behind the other
    private static void put(Map<String, Asset> assets, String name, String contentType, String... resources) {
        var all = new ByteArrayOutputStream();
        for (var resource : resources) {
            all.writeBytes(bytes(resource));
            all.write('\n');
        }
        var content = all.toByteArray();
        int dot = name.lastIndexOf('.');
        var path = "/assets/" + name.substring(0, dot) + "." + hash(content) + name.substring(dot);
        assets.put(name, new Asset(name, path, contentType, content));
    }

    // The folder of a WebJar has its version in it, which the jar tells.
    private static String webjar(String artifact, String file) {
        var properties = new Properties();
        try (var stream =
                Assets.class.getResourceAsStream("/META-INF/maven/org.webjars.npm/" + artifact + "/pom.properties")) {
            if (stream == null) {
                throw new IllegalStateException("no WebJar " + artifact);
            }
            properties.load(stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "/META-INF/resources/webjars/" + artifact + "/" + properties.getProperty("version") + "/" + file;
    }

    private static byte[] bytes(String resource) {
        try (var stream = Assets.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalStateException("no resource " + resource);
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(byte[] content) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(content))
                    .substring(0, HASH_CHARACTERS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
